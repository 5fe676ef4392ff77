import {
  type Alternative,
  type Evidence,
  type JournalRecord,
  type OutcomeReport,
  type RejectionCode,
  type Transaction,
} from '@weir/contracts';
import { explainRule, explainRules, factsOf, type ExplainedRule, type Ruleset } from '@weir/rules';
import { titleOfScoreReason } from '@weir/scoring';
import { describeFeature, money, plainValue, type FeatureContext } from './feature-words.ts';
import type { FoundDecision, Place } from './find-decision.ts';
import type { InForceThen } from './read-in-force.ts';
import {
  featuresOf,
  recompute,
  recordOf,
  totalOf,
  type RecomputeInput,
  type Recomputed,
  type VerdictDecision,
} from './recompute.ts';

/** A feature for a person, and what it adds to the score or takes away: null where it is no part of it. */
export type ExplainedFeature = {
  readonly feature: string;
  readonly value: number | null;
  readonly about: string;
  readonly words: string;
  readonly usual: string;
  readonly contribution: number | null;
};

export type ExplainedReason = {
  readonly reason: string;
  readonly title: string;
  readonly explanation: string | null;
};

export type VerdictExplanation = {
  readonly kind: 'verdict';
  readonly place: Place;
  readonly transaction: string | null;
  readonly account: string | null;
  readonly eventTime: string | null;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly creditDebitIndicator: 'CRDT' | 'DBIT' | null;
  readonly outcome: 'cleared' | 'held';
  /** Cleared, and an alert was due all the same. */
  readonly alert: boolean;
  readonly score: number;
  readonly holdAt: number | null;
  readonly alertAt: number | null;
  /** The ruleset that decided, and whether that was the candidate. */
  readonly ruleset: string;
  readonly byCandidate: boolean;
  readonly versions: JournalRecord['versions'];
  readonly candidate: NonNullable<JournalRecord['candidate']> | null;
  readonly reasons: readonly ExplainedReason[];
  /** Of a score that a model makes: what it is without any feature. Base and contributions are the score exactly. */
  readonly base: number | null;
  /** The largest contribution first, then those that no contribution is of, as the journal has them. */
  readonly features: readonly ExplainedFeature[];
  readonly rules: readonly ExplainedRule[];
  readonly shadowRules: readonly string[];
  readonly alternative: Alternative | null;
  readonly teamScore: number | 'failed' | null;
  readonly usualAmount: Evidence['usualAmount'];
  readonly outcomes: readonly OutcomeReport[];
  /** Whether the verdict was recomputed from the journal, and what isn't as it says. */
  readonly recomputed: { readonly isWhole: boolean; readonly differences: readonly string[] };
  /** What can't be read any more, as sentences. */
  readonly missing: readonly string[];
};

export type Explanation =
  | VerdictExplanation
  | { readonly kind: 'duplicate'; readonly place: Place; readonly first: Place }
  | { readonly kind: 'rejected'; readonly place: Place; readonly code: RejectionCode }
  | { readonly kind: 'control'; readonly place: Place };

/** What was found besides the journal. */
export type Surroundings = {
  readonly then: InForceThen;
  /** As the log still has it. */
  readonly transaction: Pick<Transaction, 'channel' | 'country'> | undefined;
  readonly usualAmount: Evidence['usualAmount'];
  readonly outcomes: readonly OutcomeReport[];
};

/** What became of a record of the log that got no verdict. */
export function explainOther({ journal, decision }: FoundDecision): Explanation | undefined {
  const { partition } = journal;
  const place = { partition, offset: decision.offset };
  switch (decision.outcome) {
    case 'duplicate':
      return { kind: 'duplicate', place, first: { partition, offset: decision.firstOffset } };
    case 'rejected':
      return { kind: 'rejected', place, code: decision.code };
    case 'control':
      return { kind: 'control', place };
    case 'cleared':
    case 'held':
      return undefined;
  }
}

/** How a verdict came about, from the journal and what it names. Pure. */
export function explainVerdict(
  journal: JournalRecord,
  decision: VerdictDecision,
  { then, transaction, usualAmount, outcomes }: Surroundings,
): VerdictExplanation {
  const { subject } = decision;
  const features = featuresOf(journal, decision);
  const context: FeatureContext = { features, currency: subject?.currency ?? '' };
  const decidedBy = decision.ruleset ?? journal.versions.ruleset;
  const ruleset = then.rulesets.get(decidedBy);
  const input: RecomputeInput | undefined =
    subject === undefined ? undefined : { journal, decision, subject, transaction, then };
  const recomputed = input === undefined ? undefined : recompute(input);
  return {
    kind: 'verdict',
    place: { partition: journal.partition, offset: decision.offset },
    transaction: subject?.transaction ?? null,
    account: subject?.account ?? null,
    eventTime: subject?.eventTime ?? null,
    currency: subject?.currency ?? null,
    amount: amountOf(context),
    creditDebitIndicator: subject?.creditDebitIndicator ?? null,
    outcome: decision.outcome,
    alert: decision.alert ?? false,
    score: decision.score,
    holdAt: ruleset?.holdAt ?? null,
    alertAt: ruleset?.alertAt ?? null,
    ruleset: decidedBy,
    byCandidate: decision.ruleset !== undefined,
    versions: journal.versions,
    candidate: journal.candidate ?? null,
    reasons: decision.reasons.map((reason) => describeReason(reason, ruleset, context)),
    base: recomputed?.contributions?.base ?? null,
    features: explainFeatures(journal, context, recomputed?.contributions, decision),
    rules: ruleset === undefined || input === undefined ? [] : rulesOf(ruleset, input, features),
    shadowRules: decision.shadowRules ?? [],
    alternative: decision.alternative ?? null,
    teamScore: decision.teamScore === null ? 'failed' : (decision.teamScore ?? null),
    usualAmount,
    outcomes,
    recomputed: { isWhole: recomputed !== undefined, differences: differencesOf(recomputed, decision) },
    missing: [
      ...then.missing,
      ...(transaction === undefined
        ? ['The log no longer has the transaction: what its rules ask of channel and country is not known.']
        : []),
    ],
  };
}

function amountOf({ features, currency }: FeatureContext): string | null {
  const amountMinor = features['amountMinor'];
  return typeof amountMinor !== 'number' || currency === '' ? null : money(amountMinor, currency);
}

function differencesOf(recomputed: Recomputed | undefined, { score }: VerdictDecision): readonly string[] {
  if (recomputed === undefined) return [];
  const { contributions, differences } = recomputed;
  const total = contributions === undefined ? score : totalOf(contributions);
  return total === score
    ? differences
    : [
        ...differences,
        `base and contributions come to ${String(total)}, the journal's score is ${String(score)}`,
      ];
}

function explainFeatures(
  { featureNames }: JournalRecord,
  context: FeatureContext,
  contributions: Evidence['contributions'],
  { teamScore }: VerdictDecision,
): readonly ExplainedFeature[] {
  const parts = new Map(contributions?.features.map(({ feature, contribution }) => [feature, contribution]));
  const valueOf = (feature: string): number | null =>
    feature === 'teamScore' ? (teamScore ?? null) : (context.features[feature] ?? null);
  const weigh = (feature: string): number => Math.abs(parts.get(feature) ?? 0);
  return [...new Set([...featureNames, ...parts.keys()])]
    .toSorted((a, b) => weigh(b) - weigh(a))
    .map((feature) => {
      const value = valueOf(feature);
      const { about, value: words, usual } = describeFeature(feature, value, context);
      return { feature, value, about, words, usual, contribution: parts.get(feature) ?? null };
    });
}

/** What each rule and list made of it; its explanation has the features filled in. */
function rulesOf(
  ruleset: Ruleset,
  input: RecomputeInput,
  features: FeatureContext['features'],
): readonly ExplainedRule[] {
  const { subject, then } = input;
  const facts = factsOf(recordOf(input, features), subject.account, ruleset.lists ?? [], then.lists);
  const context = { features, currency: subject.currency };
  return explainRules(ruleset, features, facts).map((rule) => ({
    ...rule,
    explanation: fillIn(rule, context),
  }));
}

const fillIn = (rule: { readonly explanation: string }, context: FeatureContext): string =>
  explainRule(rule, context.features, (feature, value) => plainValue(feature, value, context));

const builtIn: Readonly<Record<string, string>> = {
  late: 'Came late: its windows could not be trusted',
  future_dated: 'Dated in the future',
  rule_failed: 'A rule or the score could not be evaluated: what nobody could check is never cleared',
  model_failed: 'Your own model gave no score',
};

function describeReason(
  reason: string,
  ruleset: Ruleset | undefined,
  context: FeatureContext,
): ExplainedReason {
  const rule = [...(ruleset?.rules ?? []), ...(ruleset?.lists ?? [])].find(({ id }) => id === reason);
  if (rule === undefined) {
    const title = builtIn[reason] ?? titleOfScoreReason(reason) ?? reason;
    return { reason, title, explanation: null };
  }
  return { reason, title: rule.title, explanation: fillIn(rule, context) };
}
