import type { FeatureValues, Severity } from '@weir/contracts';
import { compileTruth, type Ground } from './expression/compile-term.ts';
import { namesIn, type Term } from './expression/term.ts';
import type { RuleFacts } from './facts.ts';
import { inScopeOf, type InScope } from './in-scope.ts';
import { actOf, type ListUse, type Rule, type Ruleset } from './ruleset.ts';

/** A rule that fired or a list that the transaction is on, with everything a decision takes from it. */
export type Finding = {
  readonly id: string;
  readonly severity: Severity;
  readonly act: 'score' | 'hold' | 'alert' | 'clear';
  readonly isShadow: boolean;
  readonly weight: number;
  readonly features: readonly string[];
  readonly title: string;
  readonly explanation: string;
};

/** What could not be evaluated: the features and lists it looks at. */
export type Failing = { readonly isShadow: boolean; readonly names: readonly string[] };

/** What a ruleset finds in one transaction. Lists stand first, then rules, both as the ruleset has them. */
export type Findings = {
  readonly fired: readonly Finding[];
  readonly failed: readonly Failing[];
  /** Features that are no numbers, though no rule may look at them: whoever made them made the others too. */
  readonly malformed: readonly string[];
};

/** What became of one rule. `failed`: it could not be evaluated, so nobody may say that it did not fire. */
export type RuleOutcome = 'fired' | 'quiet' | 'failed' | 'outOfScope';

/** A ruleset ready to be asked. Nobody may ask it while it answers: it has one place for what it reads. */
export type PreparedRuleset = {
  readonly ruleset: Ruleset;
  readonly rules: readonly PreparedRule[];
  readonly find: (features: FeatureValues, facts: RuleFacts) => Findings;
  /** Reads features and facts, which the rules can then be asked about one by one. */
  readonly read: (features: FeatureValues, facts: RuleFacts) => void;
  readonly ground: Ground;
  /** Where names stand in the ground. */
  readonly slots: { readonly feature: (name: string) => number; readonly list: (id: string) => number };
};

export type PreparedRule = {
  readonly rule: Rule;
  readonly term: Term;
  readonly finding: Finding;
  readonly failing: Failing;
  /** Of what was read last. */
  readonly outcome: () => RuleOutcome;
};

/**
 * Prepares a checked ruleset: each rule's term becomes functions over places that are filled once for each
 * transaction, so that many rules cost little more than few.
 */
export function prepareRuleset(ruleset: Ruleset, terms: readonly Term[]): PreparedRuleset {
  const uses = ruleset.lists ?? [];
  const names = [...new Set(terms.flatMap((term) => namesIn(term).features))];
  const slots = {
    feature: (name: string) => names.indexOf(name),
    list: (id: string) => uses.findIndex((use) => use.id === id),
  };
  const state: State = {
    ground: { numbers: new Float64Array(names.length), listed: uses.map(() => false), facts: nowhere },
    isMissing: names.map(() => false),
    isUnknown: uses.map(() => false),
  };
  const rules = ruleset.rules.map((rule, index) =>
    prepareRule(rule, terms[index] as Term, state, slots, ruleset),
  );
  const lists = uses.map((use) => ({
    ...{ act: use.then, finding: findingOfList(use), failing: { isShadow: false, names: [use.id] } },
  }));

  const read: PreparedRuleset['read'] = (features, facts) => {
    for (let slot = 0; slot < names.length; slot += 1) {
      const value: unknown = features[names[slot] as string];
      const isNumber = Number.isFinite(value);
      state.ground.numbers[slot] = isNumber ? (value as number) : NaN;
      state.isMissing[slot] = !isNumber && value !== null;
    }
    for (let slot = 0; slot < uses.length; slot += 1) {
      const isOn = facts.isOnList((uses[slot] as ListUse).id);
      state.ground.listed[slot] = isOn === true;
      state.isUnknown[slot] = isOn === undefined;
    }
    state.ground.facts = facts;
  };

  const find: PreparedRuleset['find'] = (features, facts) => {
    read(features, facts);
    const fired: Finding[] = [];
    const failed: Failing[] = [];
    for (let slot = 0; slot < lists.length; slot += 1) {
      const list = lists[slot] as (typeof lists)[number];
      if (list.act === 'nothing') continue;
      if (state.isUnknown[slot] === true) failed.push(list.failing);
      else if (state.ground.listed[slot] === true) fired.push(list.finding);
    }
    for (const { outcome, finding, failing } of rules) {
      const found = outcome();
      if (found === 'fired') fired.push(finding);
      else if (found === 'failed') failed.push(failing);
    }
    return { fired, failed, malformed: malformedIn(features) };
  };

  return { ruleset, rules, find, read, ground: state.ground, slots };
}

type State = {
  readonly ground: Ground;
  /** By the slots of features: absent, or no number. */
  readonly isMissing: boolean[];
  /** By the slots of lists: nobody can tell. */
  readonly isUnknown: boolean[];
};

/** Where nothing was read yet. */
const nowhere: RuleFacts = {
  ...{ eventTimeMs: 0, currency: '', channel: '', country: '', creditDebitIndicator: 'DBIT' },
  isOnList: () => undefined,
};

function prepareRule(
  rule: Rule,
  term: Term,
  { ground, isMissing, isUnknown }: State,
  slots: PreparedRuleset['slots'],
  ruleset: Ruleset,
): PreparedRule {
  const { features, lists } = namesIn(term);
  const isShadow = rule.mode === 'shadow';
  const [needed, asked] = [features.map(slots.feature), lists.map(slots.list)];
  const holds = compileTruth(term, slots);
  const inScope = inScopeOf(rule);
  return {
    ...{ rule, term },
    finding: {
      ...{
        id: rule.id,
        severity: rule.severity,
        act: actOf(rule, ruleset),
        isShadow,
        weight: rule.weight ?? 0,
      },
      ...{ features, title: rule.title, explanation: rule.explanation },
    },
    failing: { isShadow, names: [...features, ...lists, ...groupsOf(rule)] },
    outcome: () => {
      // A rule that throws is a bug of ours, but its transaction must neither be cleared nor stop the partition.
      try {
        const scoped = isInScope(inScope, ground.facts);
        if (scoped !== true) return scoped === false ? 'outOfScope' : 'failed';
        // Everything a rule looks at is asked for, so that what is missing never hides behind a condition that fails.
        for (const slot of needed) if (isMissing[slot] === true) return 'failed';
        for (const slot of asked) if (isUnknown[slot] === true) return 'failed';
        return holds(ground) ? 'fired' : 'quiet';
      } catch {
        return 'failed';
      }
    },
  };
}

const isInScope = (inScope: InScope | undefined, facts: RuleFacts): boolean | undefined =>
  inScope === undefined ? true : inScope(facts);

const groupsOf = ({ scope }: Rule): readonly string[] => [
  ...(scope?.accountGroups ?? []),
  ...(scope?.exceptAccountGroups ?? []),
];

const findingOfList = ({ id, severity, then, title, explanation }: ListUse): Finding => ({
  ...{ id, severity, act: then === 'nothing' ? 'clear' : then, isShadow: false, weight: 0, features: [] },
  ...{ title, explanation },
});

function malformedIn(features: FeatureValues): readonly string[] {
  const malformed: string[] = [];
  for (const name in features) {
    const value: unknown = features[name];
    if (value !== null && !Number.isFinite(value)) malformed.push(name);
  }
  return malformed;
}
