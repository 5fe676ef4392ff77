import type { DrainFigures } from './measure-drain.ts';
import { median, round } from './process-usage.ts';

/** The repeats of one thing that was measured, and the median of what matters most. */
export type Repeated<Figures extends DrainFigures> = {
  readonly txPerSecond: number;
  /** Time per transaction, in ms. */
  readonly msPerTx: number;
  /** CPU-ms per transaction, over all processes that took part. */
  readonly cpuMsPerTx: number;
  readonly repeats: readonly Figures[];
};

export function repeated<Figures extends DrainFigures>(repeats: readonly Figures[]): Repeated<Figures> {
  const txPerSecond = median(repeats.map((one) => one.txPerSecond));
  return {
    txPerSecond: round(txPerSecond, 1),
    msPerTx: round(1_000 / txPerSecond, 5),
    cpuMsPerTx: round(median(repeats.map(({ cpuMsPerTx }) => cpuMsPerTx['total'] ?? Number.NaN)), 5),
    repeats,
  };
}

type ShownDrain = DrainFigures & { readonly recordsPerTransaction: number };

export const shownDrain = (figures: ShownDrain | undefined): string =>
  figures === undefined
    ? 'nothing'
    : `${figures.txPerSecond.toFixed(0)} tx/s, ${figures.recordsPerTransaction} records per transaction, ` +
      `load ${figures.loadAverage}; ${shownCpu(figures.cpuMsPerTx)}`;

export const shownCpu = (cpuMsPerTx: Readonly<Record<string, number>>): string =>
  `CPU-ms per tx: ${Object.entries(cpuMsPerTx)
    .map(([name, ms]) => `${name} ${ms.toFixed(3)}`)
    .join(', ')}`;

export const shownFraction = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;
