import { z } from 'zod';
import { creditDebitIndicator } from './transaction.ts';

/** What accounts move in one currency and direction: sums over transactions, so that learning can go on from them. */
const peerSums = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/),
  creditDebitIndicator,
  transactions: z.number().min(0),
  logSum: z.number().describe('Of 1000·ln(1 + amountMinor)'),
  logSquareSum: z.number().min(0),
  inverseCountSum: z.number().min(0).describe('Of 1/(1 + historyCount), which counts accounts'),
});
export type PeerSums = z.infer<typeof peerSums>;

const epochMs = z.int().min(0);

/**
 * What was reported of one counterparty or account, as a row, for there are many: its key, the first and
 * last fraud of the episode and the last genuine transaction since (epoch milliseconds; 0 for none),
 * frauds, how many of them the account's own behaviour doesn't explain, transactions since the first
 * fraud, and genuine ones since the last.
 */
const riskRow = z.tuple([
  z.string().min(1).max(40),
  epochMs,
  epochMs,
  epochMs,
  z.int().min(0),
  z.number().min(0),
  z.int().min(0),
  z.int().min(0),
]);
export type RiskRow = z.infer<typeof riskRow>;

/** As far apart as amounts lie, and so little that no difference of two overflows. */
const knot = z.number().min(-1e15).max(1e15);

/** In log-odds: far above what learning comes to, and so little that no sum of them overflows. */
const logOdds = z.number().min(-1000).max(1000);

/** A sum of squared gradients: what is learned next is divided by its root. */
const squares = z.number().positive();

/** A feature the model looks at, and where its function may bend. */
const modelInput = z
  .strictObject({ feature: z.string().min(1).max(64), knots: z.array(knot).min(2).max(200) })
  .refine(({ knots }) => knots.every((knot, index) => index === 0 || knot > (knots[index - 1] ?? knot)), {
    message: 'knots in ascending order',
  });
export type ModelInput = z.infer<typeof modelInput>;

/**
 * One part of the model, in log-odds: a function of one input or of two, given by its weights at the knots. Each
 * input has one place more than knots, its last, for a feature without a value; of two, the second counts faster.
 * `squares` are the sums of squared gradients that say how far learning still moves a weight; `centre` is the
 * mean of the part.
 */
const modelTerm = z.strictObject({
  inputs: z.array(z.int().min(0).max(199)).min(1).max(2),
  weights: z.array(logOdds).min(3).max(40_401),
  squares: z.array(squares).min(3).max(40_401),
  centre: logOdds,
});
export type ModelTerm = z.infer<typeof modelTerm>;

const onlineModel = z
  .strictObject({
    inForce: z.boolean().describe('False until enough frauds were reported'),
    labelFreeShare: z.number().min(0).max(1).describe('How much of the label-free evidence still counts'),
    base: logOdds,
    baseSquares: squares,
    inputs: z.array(modelInput).max(200),
    terms: z.array(modelTerm).max(400),
  })
  .refine(
    ({ inputs, terms }) =>
      terms.every(({ inputs: used, weights, squares }) => {
        const places = used.reduce(
          (product, index) => product * ((inputs[index]?.knots.length ?? -1) + 1),
          1,
        );
        return weights.length === places && squares.length === places;
      }),
    { message: 'a weight and a square for each place of the inputs' },
  );
export type OnlineModel = z.infer<typeof onlineModel>;

/** All that was learned: peers from every transaction, the rest from those that were reported. */
export const knowledge = z
  .strictObject({
    peers: z.array(peerSums).max(2_000),
    counterparties: z.array(riskRow).max(1_000_000),
    accounts: z.array(riskRow).max(1_000_000),
    model: onlineModel.nullable().describe('Absent until a fraud was reported'),
  })
  .describe('What was learned');
export type Knowledge = z.infer<typeof knowledge>;
