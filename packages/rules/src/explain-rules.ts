import type { FeatureValues, Severity } from '@weir/contracts';
import { checkRuleset } from './check-ruleset.ts';
import { compileNumber, compileTruth } from './expression/compile-term.ts';
import { factsIn, namesIn, typeOf, type Term } from './expression/term.ts';
import { writeTerm } from './expression/write-term.ts';
import type { RuleFacts } from './facts.ts';
import {
  prepareRuleset,
  type PreparedRule,
  type PreparedRuleset,
  type RuleOutcome,
} from './find-in-ruleset.ts';
import { actOf, type ListUse, type Rule, type Ruleset } from './ruleset.ts';

/** One of the conditions that must all hold for a rule to fire, with what it looked at. */
export type ExplainedCondition = {
  /** As a person would write it, constants and definitions in their places. */
  readonly text: string;
  readonly holds: boolean;
  /** What it looks at and what that was; null for a feature without a value and a list nobody can tell about. */
  readonly values: readonly { readonly name: string; readonly value: number | string | boolean | null }[];
  /**
   * Of a comparison of numbers: by what share of the threshold it holds, or, below 0, by what share it misses.
   * Absent where there is no number to compare, or the threshold is 0.
   */
  readonly margin?: number;
};

/** What became of one rule, or of a list that does something by itself, in one transaction. */
export type ExplainedRule = {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly act: 'score' | 'hold' | 'alert' | 'clear';
  readonly isShadow: boolean;
  readonly outcome: RuleOutcome;
  readonly conditions: readonly ExplainedCondition[];
  /** It didn't fire for one condition alone, whose number is within a fifth of its threshold. */
  readonly nearly: boolean;
  readonly explanation: string;
};

/** As close as this to a threshold is nearly. */
const nearlyMargin = 0.2;

/**
 * What each rule of a ruleset made of a transaction, lists first, both in the ruleset's order. The features
 * are those of the journal; a rule that looks at others has failed. Never throws for a ruleset that was read.
 */
export function explainRules(
  ruleset: Ruleset,
  features: FeatureValues,
  facts: RuleFacts,
): readonly ExplainedRule[] {
  const { terms } = checkRuleset(ruleset, Object.keys(features));
  const readable = ruleset.rules.filter((_rule, index) => terms[index] !== undefined);
  const prepared = prepareRuleset(
    { ...ruleset, rules: readable },
    terms.filter((term) => term !== undefined),
  );
  prepared.read(features, facts);
  const byId = new Map(prepared.rules.map((rule) => [rule.rule.id, rule]));
  return [
    ...(ruleset.lists ?? []).flatMap((use) => explainList(use, facts)),
    ...ruleset.rules.map((rule) => {
      const ready = byId.get(rule.id);
      const found = ready === undefined ? unreadable : explainPrepared(ready, prepared, features, facts);
      return { ...wordsOf(rule), act: actOf(rule, ruleset), isShadow: rule.mode === 'shadow', ...found };
    }),
  ];
}

const unreadable = { outcome: 'failed', conditions: [], nearly: false } as const;

const wordsOf = ({ id, title, severity, explanation }: Rule | ListUse) => ({
  id,
  title,
  severity,
  explanation,
});

function explainList(use: ListUse, { isOnList }: RuleFacts): readonly ExplainedRule[] {
  if (use.then === 'nothing') return [];
  const isOn = isOnList(use.id);
  const outcome = isOn === undefined ? 'failed' : isOn ? 'fired' : 'quiet';
  const values = [{ name: use.id, value: isOn ?? null }];
  const condition = { text: use.id, holds: isOn === true, values };
  return [
    { ...wordsOf(use), act: use.then, isShadow: false, outcome, conditions: [condition], nearly: false },
  ];
}

function explainPrepared(
  { term, outcome }: PreparedRule,
  prepared: PreparedRuleset,
  features: FeatureValues,
  facts: RuleFacts,
): Pick<ExplainedRule, 'outcome' | 'conditions' | 'nearly'> {
  const found = outcome();
  const conditions = conjunctsOf(term).map((one) => explainCondition(one, prepared, features, facts));
  const [failing, another] = conditions.filter(({ holds }) => !holds);
  const nearly =
    found === 'quiet' && another === undefined && (failing?.margin ?? -Infinity) >= -nearlyMargin;
  return { outcome: found, conditions, nearly };
}

/** What must all hold, taken apart where it is joined by "and". */
const conjunctsOf = (term: Term): readonly Term[] =>
  term.kind === 'both' ? [...conjunctsOf(term.left), ...conjunctsOf(term.right)] : [term];

function explainCondition(
  term: Term,
  { ground, slots }: PreparedRuleset,
  features: FeatureValues,
  facts: RuleFacts,
): ExplainedCondition {
  const holds = compileTruth(term, slots)(ground);
  const { features: names, lists } = namesIn(term);
  const margin = marginOf(term, holds, (side) => compileNumber(side, slots)(ground));
  return {
    text: writeTerm(term),
    holds,
    values: [
      ...names.map((name) => ({ name, value: features[name] ?? null })),
      ...lists.map((name) => ({ name, value: facts.isOnList(name) ?? null })),
      ...factsIn(term).map((name) => ({ name, value: facts[name] })),
    ],
    ...(margin === undefined ? {} : { margin }),
  };
}

/** The threshold is the side that looks at no feature; where both or neither do, the right one. */
function marginOf(term: Term, holds: boolean, numberOf: (side: Term) => number): number | undefined {
  if (term.kind !== 'ordering' && term.kind !== 'equality') return undefined;
  if (typeOf(term.left) !== 'number') return undefined;
  const isLeft = namesIn(term.left).features.length === 0 && namesIn(term.right).features.length > 0;
  const threshold = numberOf(isLeft ? term.left : term.right);
  const value = numberOf(isLeft ? term.right : term.left);
  const share = Math.abs(value - threshold) / Math.abs(threshold);
  return Number.isFinite(share) ? (holds ? share : -share) : undefined;
}
