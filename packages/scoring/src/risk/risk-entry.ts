import type { RiskRow } from '@weir/contracts';

/** What was reported of one counterparty or one account. Times in epoch milliseconds; 0 where there is none. */
export type RiskEntry = {
  /** The first and the last fraud of the episode. */
  firstMs: number;
  lastMs: number;
  /** The last genuine transaction since the first fraud. */
  genuineMs: number;
  frauds: number;
  /** How many of the frauds the behaviour of the accounts alone doesn't explain: a sum of probabilities. */
  unexplained: number;
  /** Transactions since the first fraud, with it. */
  transactions: number;
  /** Genuine ones since the last fraud. */
  genuineSince: number;
};

export const rowOf = (key: string, entry: RiskEntry): RiskRow => [
  key,
  entry.firstMs,
  entry.lastMs,
  entry.genuineMs,
  entry.frauds,
  entry.unexplained,
  entry.transactions,
  entry.genuineSince,
];

/** The entries of rows by key. */
export function entriesOf(rows: readonly RiskRow[]): Map<string, RiskEntry> {
  const entries = new Map<string, RiskEntry>();
  for (const [key, firstMs, lastMs, genuineMs, frauds, unexplained, transactions, genuineSince] of rows)
    entries.set(key, { firstMs, lastMs, genuineMs, frauds, unexplained, transactions, genuineSince });
  return entries;
}
