/**
 * How often each score was given to a genuine and to a fraudulent transaction:
 * all that a ranking's quality depends on, in memory that doesn't grow with the
 * transactions. Scores of one bin are one score.
 */
export type CountedScores = {
  readonly genuine: Uint32Array;
  readonly fraud: Uint32Array;
};

export const createCountedScores = (bins: number): CountedScores => ({
  genuine: new Uint32Array(bins),
  fraud: new Uint32Array(bins),
});

/** A way to put scores into bins: higher scores into higher ones. */
export type ScoreScale = {
  readonly bins: number;
  readonly binOf: (score: number) => number;
  /** The lowest score of a bin. */
  readonly scoreOf: (bin: number) => number;
};

const micro = 1_000_000;

/** Scores from 0 to 1 in whole millionths, which is what Weir's are: nothing is lost. */
export const scoreScale: ScoreScale = {
  bins: micro + 1,
  binOf: (score) => Math.round(score * micro),
  scoreOf: (bin) => bin / micro,
};

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
const droppedBits = 11;

/**
 * Any number, kept to 12 bits behind its first one, so to 0.02 % of itself: the
 * upper bits of a 32-bit float, turned so that they sort as the numbers do.
 */
export const numberScale: ScoreScale = {
  bins: 2 ** (32 - droppedBits),
  binOf: (score) => {
    float[0] = score;
    const raw = bits[0] ?? 0;
    const sorted = (raw & 0x8000_0000) === 0 ? (raw | 0x8000_0000) >>> 0 : ~raw >>> 0;
    return sorted >>> droppedBits;
  },
  scoreOf: (bin) => {
    const sorted = (bin << droppedBits) >>> 0;
    bits[0] = (sorted & 0x8000_0000) === 0 ? ~sorted >>> 0 : (sorted & 0x7fff_ffff) >>> 0;
    return float[0] ?? 0;
  },
};

/** One threshold of a ranking: what scores at least that. */
export type Operating = { readonly bin: number; readonly frauds: number; readonly alerts: number };

/** Every distinct threshold from the highest score down, with all that lies at or above it. */
export function* operatingPoints({ genuine, fraud }: CountedScores): Generator<Operating, void, undefined> {
  let frauds = 0;
  let alerts = 0;
  for (let bin = genuine.length - 1; bin >= 0; bin -= 1) {
    const here = (genuine[bin] ?? 0) + (fraud[bin] ?? 0);
    if (here === 0) continue;
    frauds += fraud[bin] ?? 0;
    alerts += here;
    yield { bin, frauds, alerts };
  }
}

export function totals({ genuine, fraud }: CountedScores): {
  readonly genuine: number;
  readonly frauds: number;
} {
  return { genuine: sum(genuine), frauds: sum(fraud) };
}

function sum(counts: Uint32Array): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
