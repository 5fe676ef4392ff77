import { BacktestError } from '../backtest-error.ts';
import type { Label } from '../read/row.ts';
import type { Scored } from './read-scores.ts';

/** A transaction that one of two runs held and the other cleared. */
export type Flip = {
  readonly transactionId: string;
  readonly scoreA: number;
  readonly scoreB: number;
  /** By the second run; the first one did the opposite. */
  readonly isHeld: boolean;
  readonly label: Label;
};

type FlipCounts = Readonly<Record<Label, number>> & { readonly transactions: number };

/** What the second run changes over the first. */
export type Comparison = {
  readonly transactions: number;
  readonly onlyInA: number;
  readonly onlyInB: number;
  readonly held: { readonly a: number; readonly b: number };
  /** Alerts that only the second run has, and those that only the first one had. */
  readonly won: FlipCounts;
  readonly lost: FlipCounts;
  /** The flips whose scores differ most, at most `examples` of each kind. */
  readonly examples: { readonly won: readonly Flip[]; readonly lost: readonly Flip[] };
};

const examples = 20;

/** So many lines two files may be apart, where one has a transaction that the other hasn't. */
const maxApart = 100_000;

/** So many flips are kept: more than anybody compares, and few enough for memory. */
const maxFlips = 1_000_000;

type Pair = { readonly transactionId: string; readonly a: Scored; readonly b: Scored };
type Tally = { readonly pairs: number; readonly onlyInA: number; readonly onlyInB: number };

/**
 * Compares two runs over the same transactions, the second against the first,
 * both in the order their files have. `labels` says what each transaction was,
 * by its id; without it nobody knows. Throws BacktestError (65) where the files
 * are of different transactions, or everything flips.
 */
export async function compareScores(
  a: AsyncIterable<Scored>,
  b: AsyncIterable<Scored>,
  labels?: AsyncIterable<{ readonly transactionId: string; readonly label: Label }>,
): Promise<Comparison> {
  const flips = new Map<string, Flip>();
  const held = { a: 0, b: 0 };
  const tally = await joinScores(a, b, ({ transactionId, a: first, b: second }) => {
    if (first.isHeld) held.a += 1;
    if (second.isHeld) held.b += 1;
    if (first.isHeld === second.isHeld) return;
    if (flips.size >= maxFlips) throw new BacktestError(65, `more than ${String(maxFlips)} verdicts flip`);
    flips.set(transactionId, {
      transactionId,
      scoreA: first.score,
      scoreB: second.score,
      isHeld: second.isHeld,
      label: 'unknown',
    });
  });
  if (labels !== undefined) {
    for await (const { transactionId, label } of labels) {
      const flip = flips.get(transactionId);
      if (flip !== undefined) flips.set(transactionId, { ...flip, label });
    }
  }
  const all = [...flips.values()];
  const won = all.filter(({ isHeld }) => isHeld);
  const lost = all.filter(({ isHeld }) => !isHeld);
  return {
    transactions: tally.pairs,
    onlyInA: tally.onlyInA,
    onlyInB: tally.onlyInB,
    held,
    won: countsOf(won),
    lost: countsOf(lost),
    examples: { won: furthest(won), lost: furthest(lost) },
  };
}

function countsOf(flips: readonly Flip[]): FlipCounts {
  const counts = { transactions: flips.length, fraud: 0, genuine: 0, unknown: 0 };
  for (const { label } of flips) counts[label] += 1;
  return counts;
}

const distance = ({ scoreA, scoreB }: Flip): number => Math.abs(scoreB - scoreA);

const furthest = (flips: readonly Flip[]): readonly Flip[] =>
  flips.toSorted((one, other) => distance(other) - distance(one)).slice(0, examples);

/** Pairs the lines of both files by their transaction; those of one file alone are counted. */
async function joinScores(
  a: AsyncIterable<Scored>,
  b: AsyncIterable<Scored>,
  onPair: (pair: Pair) => void,
): Promise<Tally> {
  const waitingA = new Map<string, Scored>();
  const waitingB = new Map<string, Scored>();
  let pairs = 0;
  const meet = (pair: Pair): void => {
    pairs += 1;
    onPair(pair);
  };
  const [linesA, linesB] = [a[Symbol.asyncIterator](), b[Symbol.asyncIterator]()];
  for (;;) {
    const [nextA, nextB] = [await linesA.next(), await linesB.next()];
    if (nextA.done === true && nextB.done === true) break;
    if (nextA.done !== true) {
      const first = nextA.value;
      const second = waitingB.get(first.transactionId);
      if (second === undefined) waitingA.set(first.transactionId, first);
      else if (waitingB.delete(first.transactionId))
        meet({ transactionId: first.transactionId, a: first, b: second });
    }
    if (nextB.done !== true) {
      const second = nextB.value;
      const first = waitingA.get(second.transactionId);
      if (first === undefined) waitingB.set(second.transactionId, second);
      else if (waitingA.delete(second.transactionId))
        meet({ transactionId: second.transactionId, a: first, b: second });
    }
    if (waitingA.size > maxApart || waitingB.size > maxApart) {
      throw new BacktestError(
        65,
        'the two files of scores are not of the same transactions in the same order',
      );
    }
  }
  return { pairs, onlyInA: waitingA.size, onlyInB: waitingB.size };
}
