import { maxAmountMinor } from '@weir/contracts';
import { logMilli } from './logarithm.ts';
import type { WindowAggregate, WindowRecord } from './types.ts';

/** Below this, one more amount keeps a sum of whole numbers exact as a double. */
const exactBelow = Number.MAX_SAFE_INTEGER - maxAmountMinor;

/** The aggregate of the records added so far. */
export type WindowTally = {
  readonly add: (record: WindowRecord) => void;
  readonly read: () => WindowAggregate;
};

/**
 * Adds up one window, exactly: amounts gather in a double only as long as that
 * is exact and then move on into a bigint, which is slow. Sums of squared
 * logarithms are exact up to seven million records a window.
 */
export function createWindowTally(): WindowTally {
  let count = 0;
  let movedMinor = 0n;
  let gatheredMinor = 0;
  let logSum = 0;
  let logSquareSum = 0;
  let maxMinor = 0;
  const counterparties = new Set<string>();
  return {
    add: (record) => {
      const log = logMilli(record.amountMinor);
      count += 1;
      if (gatheredMinor > exactBelow) {
        movedMinor += BigInt(gatheredMinor);
        gatheredMinor = 0;
      }
      gatheredMinor += record.amountMinor;
      logSum += log;
      logSquareSum += log * log;
      if (record.amountMinor > maxMinor) maxMinor = record.amountMinor;
      if (record.counterparty !== '') counterparties.add(record.counterparty);
    },
    read: () => ({
      count,
      sumMinor: movedMinor + BigInt(gatheredMinor),
      logSum,
      logSquareSum,
      maxMinor,
      distinctCounterparties: counterparties.size,
    }),
  };
}
