import {
  artefactName,
  channels,
  currencyOf,
  parseInstant,
  type Alternative,
  type DecidedSubject,
  type Decision,
  type Evidence,
  type FeatureValues,
  type JournalRecord,
  type Transaction,
} from '@weir/contracts';
import {
  createJudge,
  teamScoreFeature,
  type Judgement,
  type Remembered,
  type Ruleset,
  type TeamScore,
} from '@weir/rules';
import { createScorer } from '@weir/scoring';
import type { AccountHistory, WindowRecord } from '@weir/windows';
import type { InForceThen } from './read-in-force.ts';

export type VerdictDecision = Extract<Decision, { outcome: 'cleared' | 'held' }>;
export type Contributions = NonNullable<Evidence['contributions']>;

/** What is recomputed from, all of it as the journal has it; the transaction is what the log says, while it still stands there. */
export type RecomputeInput = {
  readonly journal: JournalRecord;
  readonly decision: VerdictDecision;
  readonly subject: DecidedSubject;
  readonly transaction: Pick<Transaction, 'channel' | 'country'> | undefined;
  readonly then: InForceThen;
};

export type Recomputed = {
  readonly judgement: Judgement;
  /** How the score came about, base and parts; undefined where rules score, whose reasons say it. */
  readonly contributions: Contributions | undefined;
  /** What isn't as the journal says, as sentences; empty where all is. */
  readonly differences: readonly string[];
};

/** The features of a decision by their names. */
export const featuresOf = ({ featureNames }: JournalRecord, { features }: VerdictDecision): FeatureValues =>
  Object.fromEntries(featureNames.map((name, index) => [name, features[index] ?? null]));

/**
 * Judges the journalled features again under what the journal names, and holds the outcome against the journal.
 * Undefined where something it was decided by can't be read any more. Never throws for what a journal can hold.
 */
export function recompute(input: RecomputeInput): Recomputed | undefined {
  const { journal, decision, subject, then } = input;
  const { plan, rulesets, snapshot } = then;
  const ruleset = rulesets.get(journal.versions.ruleset);
  const beside = journal.candidate === undefined ? undefined : rulesets.get(journal.candidate.ruleset);
  if (plan === undefined || ruleset === undefined || !isAllThere(input)) return undefined;
  const judge = createJudge({
    ...{ ruleset, plan, snapshot, versions: journal.versions, lists: then.lists },
    ...(journal.candidate === undefined || beside === undefined
      ? {}
      : { candidate: { ruleset: beside, rollout: journal.candidate.rollout } }),
  });
  const features = featuresOf(journal, decision);
  const judgement = judge.decide({
    record: recordOf(input, features),
    account: subject.account,
    history: notAsked,
    features,
    teamScore: teamScoreOf(input),
    remembered: rememberedOf(decision),
  });
  const decider = rulesets.get(decision.ruleset ?? journal.versions.ruleset);
  const isScored = decider?.scoring === 'model' && !decision.reasons.includes('rule_failed');
  return {
    judgement,
    contributions: isScored ? contributionsOf(input, features, judgement.verdict.score) : undefined,
    differences: differencesOf(decision, judgement),
  };
}

/** Without any of it another verdict would come out, and the journal be blamed for that. */
function isAllThere({ journal, transaction, then }: RecomputeInput): boolean {
  const { candidate, versions, lists = [] } = journal;
  return (
    (candidate === undefined || then.rulesets.has(candidate.ruleset)) &&
    (versions.model === undefined || then.snapshot !== undefined) &&
    (versions.teamModel === undefined || then.teamModel !== undefined) &&
    lists.every(({ ref }) => then.lists.has(artefactName(ref))) &&
    (transaction !== undefined || ![...then.rulesets.values()].some(asksForTheWay))
  );
}

/** Whether rules look at channel or country, which the log alone has. */
const asksForTheWay = ({ rules, definitions = {} }: Ruleset): boolean =>
  rules.some(({ scope }) => scope?.channels !== undefined || scope?.countries !== undefined) ||
  [...rules.map(({ when }) => when), ...Object.values(definitions)].some(
    (when) => typeof when === 'string' && /\b(?:channel|country)\b/.test(when),
  );

/** What the windows knew of the transaction, but for what no verdict looks at. */
export function recordOf(
  { decision, subject, transaction }: RecomputeInput,
  features: FeatureValues,
): WindowRecord {
  const time = parseInstant(subject.eventTime);
  return {
    offset: decision.offset,
    eventTimeMs: time.ok ? time.epochMs : 0,
    observedAtSeconds: 0,
    amountMinor: features['amountMinor'] ?? 0,
    currency: currencyOf(subject.currency)?.numericCode ?? 0,
    creditDebitIndicator: subject.creditDebitIndicator,
    identity: '',
    digest: '',
    counterparty: subject.counterparty,
    channel: transaction?.channel === undefined ? 0 : channels.indexOf(transaction.channel),
    country: transaction?.country ?? '',
  };
}

/** All that a verdict asks the history for is given with `remembered`: asking it would be a bug. */
const notAsked = {} as AccountHistory;

const rememberedOf = ({ reasons }: VerdictDecision): Remembered => ({
  timeliness: reasons.includes('late')
    ? 'late'
    : reasons.includes('future_dated')
      ? 'future_dated'
      : 'timely',
  usualAmount: null,
  recentAmounts: [],
});

/** A model in its shadow says something and counts nothing. */
function teamScoreOf({ decision, then }: RecomputeInput): TeamScore | undefined {
  const { teamScore } = decision;
  if (teamScore === undefined || then.teamModel?.kind !== 'onnx' || then.teamModel.role === 'shadow') {
    return undefined;
  }
  return { role: then.teamModel.role, score: teamScore ?? 'failed' };
}

/**
 * How the score came about, of a cleared transaction too: nobody asked for it when it was decided. What a team's
 * own model moves is a part of its own.
 */
function contributionsOf(input: RecomputeInput, features: FeatureValues, score: number): Contributions {
  const { snapshot } = input.then;
  const scorer = createScorer(snapshot);
  const isBeforeCut = snapshot !== undefined && input.subject.eventTime < snapshot.cutAt;
  const explained = (isBeforeCut ? scorer.withoutOutcomes : scorer).explain(features);
  const byTeam = teamScoreOf(input) === undefined ? 0 : Math.round((score - totalOf(explained)) * 1e6) / 1e6;
  return byTeam === 0
    ? explained
    : {
        ...explained,
        features: [...explained.features, { feature: teamScoreFeature, contribution: byTeam }],
      };
}

/** Base and parts together, in whole millionths as they are. */
export const totalOf = ({ base, features }: Contributions): number =>
  features.reduce((sum, { contribution }) => sum + Math.round(contribution * 1e6), Math.round(base * 1e6)) /
  1e6;

function differencesOf(decision: VerdictDecision, judgement: Judgement): readonly string[] {
  const { verdict } = judgement;
  const compared: readonly (readonly [what: string, journal: unknown, now: unknown])[] = [
    ['the outcome', decision.outcome, verdict.outcome],
    ['the score', decision.score, verdict.score],
    ['the reasons', decision.reasons, verdict.reasons.map(({ rule }) => rule)],
    ['the alert', decision.alert ?? false, judgement.alert],
    ['the ruleset that decided', decision.ruleset ?? null, judgement.ruleset ?? null],
    ['what the other ruleset says', shownOf(decision.alternative), shownOf(judgement.alternative)],
    ['the shadow rules', decision.shadowRules ?? [], judgement.shadowRules],
  ];
  return compared.flatMap(([what, journal, now]) => {
    const [was, is] = [JSON.stringify(journal), JSON.stringify(now)];
    return was === is ? [] : [`${what}: the journal says ${was}, recomputed it is ${is}`];
  });
}

const shownOf = (one: Alternative | undefined): unknown =>
  one === undefined ? null : [one.outcome, one.alert ?? false, one.score, one.reasons];
