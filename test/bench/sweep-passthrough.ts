import type { BenchContext } from './bench-context.ts';
import type { PassthroughDrain, PassthroughRunner } from './passthrough-runner.ts';
import { shownDrain } from './repeated.ts';
import type { Waiting } from './scenario.ts';
import type { BenchSettings } from './settings.ts';
import type { PassthroughBatching } from './workers.ts';

/** Everything that the passthrough is tried with. */
export function batchingsOf({
  sweep,
  batchLingerMs,
}: Pick<BenchSettings, 'sweep' | 'batchLingerMs'>): readonly PassthroughBatching[] {
  const lingers = [...new Set([batchLingerMs, 0])];
  const { maxBytesPerPartition } = sweep.widerFetch;
  return [
    ...sweep.batchRecords.flatMap((batchMaxRecords) =>
      lingers.map((lingerMs) => ({ batchMaxRecords, batchLingerMs: lingerMs })),
    ),
    ...sweep.widerFetch.batchRecords.map((batchMaxRecords) => ({
      batchMaxRecords,
      batchLingerMs: 0,
      maxBytesPerPartition,
    })),
  ];
}

export const shownBatching = ({
  batchMaxRecords,
  batchLingerMs,
  maxBytesPerPartition,
}: PassthroughBatching): string =>
  `batches of ${batchMaxRecords}, linger ${batchLingerMs} ms` +
  (maxBytesPerPartition === undefined ? '' : `, fetches of ${maxBytesPerPartition} bytes`);

/** Drains the same records again with each batching. */
export async function sweepPassthrough(
  { settings, say }: BenchContext,
  passthrough: PassthroughRunner,
  waiting: Waiting,
): Promise<readonly PassthroughDrain[]> {
  const sweep: PassthroughDrain[] = [];
  for (const batching of batchingsOf(settings)) {
    const figures = await passthrough.drain(waiting, batching);
    say(`(a) passthrough, ${shownBatching(batching)}: ${shownDrain(figures)}`);
    sweep.push(figures);
  }
  return sweep;
}

/** The fastest of those that fetch as detection does, or of those that fetch more at once. */
export function fastestOf(
  sweep: readonly PassthroughDrain[],
  fetches: 'asDetection' | 'wider',
): PassthroughDrain | undefined {
  return sweep
    .filter(({ batching }) => (batching.maxBytesPerPartition === undefined) === (fetches === 'asDetection'))
    .toSorted((x, y) => y.txPerSecond - x.txPerSecond)[0];
}
