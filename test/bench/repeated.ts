import type { DrainFigures } from './measure-drain.ts';
import { median, round } from './process-usage.ts';

type CountedDrain = DrainFigures & { readonly recordsPerTransaction: number };

/** The repeats of one thing that was measured, and the median of what matters most. */
export type Repeated<Figures extends CountedDrain = CountedDrain> = {
  readonly txPerSecond: number;
  /** Time per transaction, in ms. */
  readonly msPerTx: number;
  /** CPU-ms per transaction, over all processes that took part. */
  readonly cpuMsPerTx: number;
  readonly recordsPerTransaction: number;
  readonly repeats: readonly Figures[];
};

export function repeated<Figures extends CountedDrain>(repeats: readonly Figures[]): Repeated<Figures> {
  const txPerSecond = median(repeats.map((one) => one.txPerSecond));
  return {
    txPerSecond: round(txPerSecond, 1),
    msPerTx: round(1_000 / txPerSecond, 5),
    cpuMsPerTx: round(median(repeats.map(({ cpuMsPerTx }) => cpuMsPerTx['total'] ?? Number.NaN)), 5),
    recordsPerTransaction: round(median(repeats.map((one) => one.recordsPerTransaction)), 1),
    repeats,
  };
}

export const shownDrain = (figures: CountedDrain | undefined): string =>
  figures === undefined
    ? 'nothing'
    : `${figures.txPerSecond.toFixed(0)} tx/s, ${figures.recordsPerTransaction} records per transaction, ` +
      `load ${figures.loadAverage}; ${shownCpu(figures.cpuMsPerTx)}`;

export const shownCpu = (cpuMsPerTx: Readonly<Record<string, number>>): string =>
  `CPU-ms per tx: ${Object.entries(cpuMsPerTx)
    .map(([name, ms]) => `${name} ${ms.toFixed(3)}`)
    .join(', ')}`;

export const shownFraction = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;
