import type { RiskRow } from '@weir/contracts';
import { entriesOf, rowOf } from '@weir/scoring';

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

/**
 * Goes on from rows as if it had never stopped. Transactions may come out of order: what is older than an
 * episode, by more than the quiet that ends one, belongs to another that is over and changes nothing.
 */
export function createRiskTable(rows: readonly RiskRow[]): RiskTable {
  const entries = entriesOf(rows);

  const takeFraud = (key: string, atMs: number, unexplained: number, wasGenuine: boolean): void => {
    const known = entries.get(key);
    if (known !== undefined && known.firstMs - atMs > episodeGapMs) return;
    const isNew = known === undefined || atMs - known.lastMs > episodeGapMs;
    const isFirst =
      !isNew && known.unexplained < unexplainedFrom && known.unexplained + unexplained >= unexplainedFrom;
    if (isNew || isFirst) {
      entries.set(key, {
        firstMs: atMs,
        lastMs: Math.max(atMs, known?.lastMs ?? 0),
        genuineMs: 0,
        frauds: 1,
        unexplained: unexplained + (isFirst ? known.unexplained : 0),
        transactions: 1,
        genuineSince: 0,
      });
      return;
    }
    known.frauds += 1;
    // What was learned as genuine after the first fraud has been counted; before it was known of, not all of it was.
    if (!wasGenuine || atMs < known.firstMs) known.transactions += 1;
    known.transactions = Math.max(known.transactions, known.frauds);
    known.firstMs = Math.min(known.firstMs, atMs);
    known.unexplained += unexplained;
    // Which genuine one came before it nobody remembers.
    if (wasGenuine && known.genuineMs === atMs) known.genuineMs = 0;
    if (atMs < known.lastMs) return;
    known.lastMs = atMs;
    known.genuineSince = 0;
  };

  return {
    take: (key, atMs, isFraud, unexplained) => {
      if (isFraud) {
        takeFraud(key, atMs, unexplained, false);
        return;
      }
      const known = entries.get(key);
      if (known === undefined || atMs < known.firstMs) return;
      known.transactions += 1;
      known.genuineMs = Math.max(known.genuineMs, atMs);
      if (atMs >= known.lastMs) known.genuineSince += 1;
    },
    correct: (key, atMs, unexplained) => {
      takeFraud(key, atMs, unexplained, true);
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
