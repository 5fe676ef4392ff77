import type { FeatureValues, HistoryState } from '@weir/contracts';
import { settledHistory } from './peer-group.ts';

const states = ['cold', 'short', 'settled'] as const satisfies readonly HistoryState[];

/** The feature `historyState` of an account with so many transactions to compare with: 0 cold, 1 short, 2 settled. */
export function historyStateFeature(count: number): number {
  if (count === 0) return 0;
  return count < settledHistory ? 1 : 2;
}

/** How much of a history a transaction was compared with, out of its features. Cold where they don't say. */
export const historyStateOf = (features: FeatureValues): HistoryState =>
  states[features['historyState'] ?? 0] ?? 'cold';
