import { amountHighOf, amountLowOf, logMilliOf } from './record-rows.ts';
import type { WindowAggregate } from './types.ts';

/**
 * What a window has added up: whole numbers that a double holds exactly, so that
 * what was added can be taken away again. Amounts are summed in two halves of 25
 * bits, each exact over 2^28 records; squared logarithms are exact over seven
 * million records of the largest amount there is.
 */
export type WindowSums = {
  amountHigh: number;
  amountLow: number;
  logSum: number;
  logSquareSum: number;
};

export const noSums = (): WindowSums => ({ amountHigh: 0, amountLow: 0, logSum: 0, logSquareSum: 0 });

export function clear(sums: WindowSums): void {
  sums.amountHigh = 0;
  sums.amountLow = 0;
  sums.logSum = 0;
  sums.logSquareSum = 0;
}

export function addRow(sums: WindowSums, view: DataView, slot: number): void {
  const log = logMilliOf(view, slot);
  sums.amountHigh += amountHighOf(view, slot);
  sums.amountLow += amountLowOf(view, slot);
  sums.logSum += log;
  sums.logSquareSum += log * log;
}

export function takeAwayRow(sums: WindowSums, view: DataView, slot: number): void {
  const log = logMilliOf(view, slot);
  sums.amountHigh -= amountHighOf(view, slot);
  sums.amountLow -= amountLowOf(view, slot);
  sums.logSum -= log;
  sums.logSquareSum -= log * log;
}

const twoTo25 = 0x200_0000;

/** An amount or a sum of them out of its halves, rounded once where a double can't hold it. */
export const inMinor = (high: number, low: number): number => high * twoTo25 + low;

/** The sum of the amounts; its detour over a double is taken only where that is exact. */
function sumMinorOf({ amountHigh, amountLow }: WindowSums): bigint {
  const sum = inMinor(amountHigh, amountLow);
  return Number.isSafeInteger(sum) ? BigInt(sum) : BigInt(amountHigh) * BigInt(twoTo25) + BigInt(amountLow);
}

export const aggregateOf = (
  sums: WindowSums,
  count: number,
  maxMinor: number,
  distinctCounterparties: number,
): WindowAggregate => ({
  count,
  sumMinor: sumMinorOf(sums),
  logSum: sums.logSum,
  logSquareSum: sums.logSquareSum,
  maxMinor,
  distinctCounterparties,
});
