import { creditDebitIndicator, pseudonym, score } from '@weir/contracts';
import { z } from 'zod';
import { differenceKinds } from './judgement.ts';

const count = z.int().min(0);

/** Sums of amounts may be more than a number holds: whole minor units as text. */
const sumMinor = z.string().regex(/^\d{1,40}$/);

/** What can become of a record, then and now. */
const judgedOutcomes = ['cleared', 'held', 'duplicate', 'rejected'] as const;

const outcome = z.enum(judgedOutcomes);

/** So many accounts are told of, and kept at the least while they are counted. */
export const mostAccounts = 1_000;
/** So many rules, and so many features, are counted by name: more than all versions of a ruleset have. */
export const mostNames = 1_000;
/** So many accounts are followed transaction by transaction, with so many points each. */
export const mostTimelines = 10;
export const mostPoints = 500;
/** Scores are counted in squares of a fortieth: then across, now upwards. */
export const scoreSquares = 40;
/** Changes of scores from −1 to 1 are counted in bars of a twentieth. */
export const changeBars = 40;

const ruleChange = z.strictObject({
  then: count.describe('Verdicts with it then'),
  now: count,
  gained: count.describe('Verdicts with it now that had it not then'),
  lost: count,
});

const flipped = z.strictObject({ transactions: count, amountMinor: sumMinor });

/** One transaction of an account that is followed. */
const timelinePoint = z.strictObject({
  eventTimeMs: z.int(),
  amountMinor: z.int().min(0),
  currency: z.string(),
  creditDebitIndicator: creditDebitIndicator.optional(),
  then: outcome,
  now: outcome,
  isDifferent: z.boolean(),
});
export type TimelinePoint = z.infer<typeof timelinePoint>;

const timeline = z.strictObject({
  account: pseudonym,
  points: z.array(timelinePoint).max(mostPoints),
  leftOut: count.describe(
    'Points that made room for others; none that was held or differs, while others could',
  ),
});
export type Timeline = z.infer<typeof timeline>;

/**
 * What a comparison has come to: bounded, and plain JSON. It is kept with a checkpoint, where a run goes on from it,
 * and in the end it is what a report is made of. It holds pseudonyms and amounts, so it is to be kept sealed.
 */
export const comparisonState = z.strictObject({
  records: count,
  kinds: z.record(z.enum(differenceKinds), count),
  outcomes: z
    .array(z.strictObject({ then: outcome, now: outcome, records: count }))
    .max(judgedOutcomes.length ** 2)
    .describe('What became of records then and now, both'),
  alerts: z
    .strictObject({ gained: count, lost: count })
    .describe(
      'Of verdicts with the same outcome: an alert is due now and was not then, and the other way round',
    ),
  rules: z.record(z.string(), ruleChange),
  features: z.record(z.string(), count).describe('How many pairs differ in it'),
  furtherNames: count.describe('Changes of rules and features beyond those that are counted by name'),
  accounts: z
    .array(z.strictObject({ account: pseudonym, differences: count, flips: count }))
    .max(2 * mostAccounts)
    .describe('Those with the most differences first'),
  furtherAccounts: z
    .strictObject({ accounts: count, differences: count })
    .describe('What was counted of accounts that made room for others; one that came again counts again'),
  amounts: z
    .record(z.string(), z.strictObject({ held: flipped, cleared: flipped }))
    .describe(
      'By currency: of transactions that are held now and were cleared then, and the other way round',
    ),
  scores: z
    .array(z.tuple([count, count, count, count]))
    .max(scoreSquares ** 2)
    .describe('[square of then, square of now, verdicts, flips among them]'),
  changes: z.array(count).length(changeBars).describe('Scores that differ, by now − then'),
  largestChange: score,
  timelines: z.array(timeline).max(mostTimelines),
});
export type ComparisonState = z.infer<typeof comparisonState>;

/** Nothing is compared yet. */
export const emptyComparison: ComparisonState = {
  records: 0,
  kinds: { same: 0, kind: 0, flip: 0, score: 0, features: 0, bytes: 0 },
  outcomes: [],
  alerts: { gained: 0, lost: 0 },
  rules: {},
  features: {},
  furtherNames: 0,
  accounts: [],
  furtherAccounts: { accounts: 0, differences: 0 },
  amounts: {},
  scores: [],
  changes: Array.from({ length: changeBars }, () => 0),
  largestChange: 0,
  timelines: [],
};

/** How many pairs differ in anything. */
export const differencesOf = ({ records, kinds }: Pick<ComparisonState, 'records' | 'kinds'>): number =>
  records - kinds.same;

/** Whether nothing differs. */
export const isClean = (state: Pick<ComparisonState, 'records' | 'kinds'>): boolean =>
  differencesOf(state) === 0;
