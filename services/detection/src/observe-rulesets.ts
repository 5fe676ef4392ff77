import type { Metrics } from '@weir/runtime';
import type { Decided, LogState } from '@weir/verdicts';

/** What is told about rulesets: which are in force, and what they and those beside them make of transactions. */
export type RulesetObserver = {
  /** `sinceMs`: when the log brought them into force, in ms since the epoch, where this worker has seen it. */
  nowInForce(log: Pick<LogState, 'lists' | 'candidate'>, sinceMs: number | undefined): void;
  decided(one: Extract<Decided, { kind: 'verdict' }>): void;
  listRead(list: { readonly name: string; readonly entries: number }): void;
};

/** Rules come and go with their rulesets, and each name is a series for ever. */
const namedRules = 100;

/** Metrics of rulesets: names of rules and lists, stages and counts alone. */
export function createRulesetObserver(metrics: Metrics): RulesetObserver {
  const verdicts = metrics.counter(
    'verdicts_by_stage_total',
    'Verdicts by whose they are, of the ruleset in force or of the candidate.',
    ['stage', 'outcome'],
  );
  const alternatives = metrics.counter(
    'alternatives_total',
    'Where the ruleset that did not decide would have said something else: won, lost, or for other reasons.',
    ['stage', 'change'],
  );
  const shadows = metrics.counter('shadow_rule_fired_total', 'How often a rule that looks on fired.', [
    'rule',
  ]);
  const since = metrics.gauge(
    'in_force_since_timestamp_seconds',
    'When the log last brought rulesets or lists into force, as far as this worker saw.',
    [],
  );
  const candidates = metrics.gauge(
    'candidate_percent',
    'Of all accounts, how many the candidate decides.',
    [],
  );
  const lists = metrics.gauge('lists_in_force', 'Lists in force.', []);
  const entries = metrics.gauge('list_entries', 'Entries of a list, as it was read last.', ['list']);
  const named = new Set<string>();
  const nameOfRule = (rule: string): string => {
    if (named.size < namedRules) named.add(rule);
    return named.has(rule) ? rule : 'other';
  };
  return {
    nowInForce({ lists: inForce = [], candidate }, sinceMs) {
      if (sinceMs !== undefined) since.set({}, sinceMs / 1_000);
      lists.set({}, inForce.length);
      candidates.set({}, candidate?.rollout.stage === 'canary' ? candidate.rollout.percent : 0);
    },
    decided(one) {
      const stage = one.ruleset === undefined ? 'base' : 'candidate';
      const outcome = one.alert ? 'flagged' : one.verdict.outcome;
      verdicts.add({ stage, outcome });
      for (const rule of one.shadowRules) shadows.add({ rule: nameOfRule(rule) });
      if (one.alternative === undefined) return;
      const other = one.alternative.alert === true ? 'flagged' : one.alternative.outcome;
      const more = strictness[other] - strictness[outcome];
      alternatives.add({ stage, change: more > 0 ? 'won' : more < 0 ? 'lost' : 'reasons' });
    },
    listRead: ({ name, entries: count }) => entries.set({ list: name }, count),
  };
}

/** What takes more of people's time is the stricter one. */
const strictness = { cleared: 0, flagged: 1, held: 2 } as const;
