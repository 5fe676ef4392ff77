import type { Evidence, FeatureValues, Verdict, Versions } from '@weir/contracts';
import type { Scorer } from '@weir/scoring';
import type { Timeliness, WindowPlan, WindowRecord } from '@weir/windows';
import { decide, type Decision } from './decide.ts';
import { decideByModel, type TeamScore } from './decide-by-model.ts';
import { namesIn } from './expression/term.ts';
import { factsOf, type PseudonymList } from './facts.ts';
import type { Finding } from './find-in-ruleset.ts';
import { needsScorer } from './needs-scorer.ts';
import { prepareFor } from './prepare.ts';
import { failure, findingsWith } from './rule-reasons.ts';
import type { Ruleset } from './ruleset.ts';
import { scoredStarterRuleset, starterRuleset } from './starter-ruleset.ts';

/** A decision that isn't made, as far as it is told. */
export type Undecided = Pick<Decision, 'alert'> & { readonly verdict: Omit<Verdict, 'versions'> };

/** Makes a decision that decides nothing. One that throws is a bug of ours, which must touch no verdict: it would hold. */
export function undecided(decide: () => Decision): Undecided {
  try {
    return decide();
  } catch {
    return {
      verdict: { outcome: 'held', score: 0, reasons: [failure('rule_failed', [])] },
      alert: false,
    };
  }
}

/** What one ruleset says of a transaction. */
export type Decided = {
  readonly decision: Decision;
  /** What it would be if the shadow rules were live; undefined where none fired or failed. */
  readonly withShadows: (() => Undecided) | undefined;
  /** The first hundred shadow rules that fired, by their ids. */
  readonly shadowRules: readonly string[];
};

/** One ruleset, ready to decide. */
export type Decider = {
  /** Whether it looks at what a scorer makes of outcomes and peers. */
  readonly needsScorer: boolean;
  readonly decide: (one: {
    readonly record: WindowRecord;
    readonly account: string;
    readonly features: FeatureValues;
    readonly timeliness: Timeliness;
    readonly scorer: Scorer | undefined;
    readonly teamScore: TeamScore | undefined;
  }) => Decided;
  /** The words of rules and lists that are told; undefined where whoever tells people has the ruleset. */
  readonly wordsOf: (told: readonly Finding[]) => Evidence['rules'];
};

/** Their evidence was stored without words, and is recomputed to the same bits. */
const wordless: readonly string[] = [starterRuleset.ref, scoredStarterRuleset.ref];

/** The journal tells no more of a transaction: a batch of them has to fit one record. */
const mostShadowsTold = 100;

const nothingFired: readonly string[] = [];

/** Throws a RangeError for a ruleset that doesn't fit the plan. */
export function createDecider({
  ruleset,
  plan,
  versions,
  lists,
}: {
  readonly ruleset: Ruleset;
  readonly plan: WindowPlan;
  readonly versions: Versions;
  readonly lists: ReadonlyMap<string, PseudonymList>;
}): Decider {
  const prepared = prepareFor(ruleset, plan);
  const uses = ruleset.lists ?? [];
  const isScored = ruleset.scoring === 'model';
  return {
    needsScorer: isScored || prepared.rules.some(({ term }) => namesIn(term).features.some(needsScorer)),
    decide: ({ record, account, features, timeliness, scorer, teamScore }) => {
      const all = prepared.find(features, factsOf(record, account, uses, lists));
      const decideBy = (findings: typeof all): Decision => {
        const input = { findings, ruleset, versions, timeliness };
        return isScored && scorer !== undefined
          ? decideByModel({ ...input, features, scorer, teamScore })
          : decide(input);
      };
      const shadows = all.fired.filter(({ isShadow }) => isShadow);
      const isTouched = shadows.length > 0 || all.failed.some(({ isShadow }) => isShadow);
      return {
        decision: decideBy(isTouched ? findingsWith(all, 'look on') : all),
        withShadows: isTouched ? () => undecided(() => decideBy(all)) : undefined,
        shadowRules:
          shadows.length === 0 ? nothingFired : shadows.slice(0, mostShadowsTold).map(({ id }) => id),
      };
    },
    wordsOf: (told) =>
      wordless.includes(ruleset.ref) || told.length === 0
        ? undefined
        : told.map(({ id, title, explanation }) => ({ rule: id, title, explanation })),
  };
}
