import type { Decision, JournalRecord, ModelSnapshot } from '@weir/contracts';
import { createJudge, readRuleset, type Ruleset, type TeamScore } from '@weir/rules';
import { featureNames } from '@weir/scoring';
import { defaultWindowPlan } from '@weir/windows';
import { decided, recordOf } from '../report/journal.fixture.ts';
import type { InForceThen } from './read-in-force.ts';
import { recordOf as windowRecordOf, type VerdictDecision } from './recompute.ts';

/** A ruleset from its document. Throws where it is none: a test of something else has a mistake in it. */
export function rulesetOf(body: object): Ruleset {
  const read = readRuleset({ ref: 'house@1', holdAt: 0.5, ...body }, featureNames);
  if (read.ok) return read.ruleset;
  throw new Error(JSON.stringify(read.problems));
}

/** A rule that nothing fulfils, for rulesets that are about something else: there has to be one. */
export const idleRule = {
  id: 'idle',
  title: 'Never',
  severity: 'low',
  when: 'amountMinor < 0',
  then: 'hold',
  explanation: 'Never.',
} as const;

const scoredRuleset = rulesetOf({ scoring: 'model', rules: [idleRule] });

const noLists: InForceThen['lists'] = new Map();

export const nothingMissing: InForceThen = {
  plan: defaultWindowPlan,
  rulesets: new Map(),
  snapshot: undefined,
  lists: new Map(),
  teamModel: undefined,
  missing: [],
};

/** What is journalled of a transaction with these features, decided as detection decides. */
export function journalled(options: {
  readonly features: Readonly<Record<string, number | null>>;
  readonly ruleset?: Ruleset;
  readonly candidate?: { readonly ruleset: Ruleset; readonly percent: number };
  readonly team?: TeamScore;
  readonly lists?: InForceThen['lists'];
  readonly snapshot?: ModelSnapshot;
}): { readonly journal: JournalRecord; readonly decision: VerdictDecision; readonly then: InForceThen } {
  const { ruleset = scoredRuleset, candidate, team, lists = noLists, snapshot } = options;
  const features = Object.fromEntries(featureNames.map((name) => [name, options.features[name] ?? null]));
  const listed = [...lists.values()].map(({ ref }) => ref);
  const versions = {
    ruleset: ruleset.ref,
    windowPlan: defaultWindowPlan.ref,
    ...(snapshot === undefined ? {} : { model: snapshot.ref }),
    ...(listed.length === 0 ? {} : { lists: listed }),
  };
  const rollout = candidate === undefined ? undefined : rolloutOf(candidate.percent);
  const beside =
    candidate === undefined || rollout === undefined
      ? {}
      : { candidate: { ruleset: candidate.ruleset, rollout } };
  const judge = createJudge({ ruleset, plan: defaultWindowPlan, versions, lists, snapshot, ...beside });
  const blank = decided(7) as VerdictDecision;
  const subject = blank.subject as NonNullable<VerdictDecision['subject']>;
  const then = {
    ...nothingMissing,
    lists,
    snapshot,
    rulesets: new Map(
      [ruleset, ...(candidate === undefined ? [] : [candidate.ruleset])].map((one) => [one.ref, one]),
    ),
  };
  const draft = recordOf([blank], { versions, featureNames: [...featureNames] });
  const {
    verdict,
    alert,
    alternative,
    shadowRules,
    ruleset: decidedBy,
  } = judge.decide({
    record: windowRecordOf({ journal: draft, decision: blank, subject, transaction: {}, then }, features),
    account: subject.account,
    history: {} as never,
    features,
    teamScore: team,
    remembered: { timeliness: 'timely', usualAmount: null, recentAmounts: [] },
  });
  const decision: Decision = {
    ...blank,
    outcome: verdict.outcome,
    score: verdict.score,
    reasons: verdict.reasons.map(({ rule }) => rule),
    features: featureNames.map((name) => features[name] ?? null),
    ...(alert ? { alert } : {}),
    ...(decidedBy === undefined ? {} : { ruleset: decidedBy }),
    ...(alternative === undefined ? {} : { alternative }),
    ...(shadowRules.length === 0 ? {} : { shadowRules: [...shadowRules] }),
    ...(team === undefined ? {} : { teamScore: team.score === 'failed' ? null : team.score }),
  };
  const journal = {
    ...draft,
    decisions: [decision],
    ...(listed.length === 0
      ? {}
      : {
          lists: listed.map((ref) => ({ ref, digest: 'ef'.repeat(32), location: { offset: 0, parts: 1 } })),
        }),
    ...(candidate === undefined || rollout === undefined
      ? {}
      : { candidate: { ruleset: candidate.ruleset.ref, digest: 'cd'.repeat(32), rollout } }),
  };
  return { journal, decision, then };
}

const rolloutOf = (percent: number) =>
  percent === 0 ? ({ stage: 'shadow' } as const) : ({ stage: 'canary', percent } as const);
