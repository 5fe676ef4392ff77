import type { RiskRow } from '@weir/contracts';
import { entriesOf, rowOf, type RiskEntry } from '@weir/scoring';

const dayMs = 86_400_000;

/** A fraud after so long a quiet begins a new episode: as far as windows look back. */
const episodeGapMs = 30 * dayMs;

/** What was reported is remembered so long after the last fraud. */
const rememberedMs = 90 * dayMs;

/** The most counterparties, and accounts, that are remembered; those whose last fraud is longest ago make room. */
const mostEntries = 200_000;

/** So much unexplained fraud makes a first fraud: before it, the accounts alone explain what happened. */
const unexplainedFrom = 0.5;

/** What was reported about counterparties, or accounts, by key. */
export type RiskTable = {
  /** Takes in a transaction. `unexplained` says how far the account's own behaviour doesn't explain it, 0 to 1. */
  readonly take: (key: string, atMs: number, isFraud: boolean, unexplained: number) => void;
  /** A transaction taken in as genuine that was a fraud. */
  readonly correct: (key: string, atMs: number, unexplained: number) => void;
  /** Forgets what is too old at a cut, and gives the rest in the order it came to be known. */
  readonly rows: (cutAtMs: number) => RiskRow[];
};

/** Goes on from rows as if it had never stopped. */
export function createRiskTable(rows: readonly RiskRow[]): RiskTable {
  const entries = entriesOf(rows);

  const takeFraud = (key: string, atMs: number, unexplained: number): RiskEntry => {
    const known = entries.get(key);
    const isNew = known === undefined || atMs - known.lastMs > episodeGapMs;
    const isFirst =
      !isNew && known.unexplained < unexplainedFrom && known.unexplained + unexplained >= unexplainedFrom;
    if (known === undefined || isNew || isFirst) {
      const entry: RiskEntry = {
        firstMs: atMs,
        lastMs: Math.max(atMs, known?.lastMs ?? 0),
        genuineMs: 0,
        frauds: 1,
        unexplained: unexplained + (isFirst ? known.unexplained : 0),
        transactions: 1,
        genuineSince: 0,
      };
      entries.set(key, entry);
      return entry;
    }
    known.firstMs = Math.min(known.firstMs, atMs);
    known.frauds += 1;
    known.unexplained += unexplained;
    if (atMs >= known.lastMs) {
      known.lastMs = atMs;
      known.genuineSince = 0;
    }
    return known;
  };

  return {
    take: (key, atMs, isFraud, unexplained) => {
      const known = entries.get(key);
      if (isFraud) {
        if (takeFraud(key, atMs, unexplained) === known) known.transactions += 1;
        return;
      }
      if (known === undefined) return;
      known.transactions += 1;
      known.genuineMs = Math.max(known.genuineMs, atMs);
      known.genuineSince += 1;
    },
    correct: (key, atMs, unexplained) => {
      takeFraud(key, atMs, unexplained);
    },
    rows: (cutAtMs) => {
      for (const [key, { lastMs }] of entries) if (cutAtMs - lastMs > rememberedMs) entries.delete(key);
      const beyond = entries.size - mostEntries;
      if (beyond > 0) {
        const oldest = [...entries].sort(([, a], [, b]) => a.lastMs - b.lastMs).slice(0, beyond);
        for (const [key] of oldest) entries.delete(key);
      }
      return Array.from(entries, ([key, entry]) => rowOf(key, entry));
    },
  };
}
