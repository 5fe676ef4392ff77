import { hash } from 'node:crypto';

/**
 * Whether a fraud is ever reported: of all frauds about the given share, chosen
 * by a hash of the transaction's pseudonym and a seed, so that the same ones are
 * reported whatever else a backtest is told.
 */
export const isReported = (transaction: string, share: number, seed: number): boolean =>
  Number.parseInt(hash('sha256', `${String(seed)} ${transaction}`).slice(0, 8), 16) < share * 0x1_0000_0000;
