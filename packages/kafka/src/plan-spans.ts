import { WeirError } from '@weir/contracts';
import type { PartitionOffsets } from './admin.ts';
import type { PartitionPositions } from './offsets.ts';

export type Span = { next: number; readonly until: number };
export type Spans = ReadonlyMap<number, Span>;

const truncated = (topic: string, partition: number, from: number, earliest: number): WeirError =>
  new WeirError(
    'log_truncated',
    `${topic}-${partition}: reading was to begin at ${from}, the log begins at ${earliest}`,
  );

/** What is to be read of each partition. Throws WeirError log_truncated when its beginning is gone. */
export const planSpans = (
  topic: string,
  offsets: readonly PartitionOffsets[],
  from: 'earliest' | PartitionPositions,
  until: PartitionPositions | undefined,
): Spans => {
  const spans = new Map<number, Span>();
  for (const { partition, earliest, end } of offsets) {
    const first = from === 'earliest' ? earliest : from.get(partition);
    const last = until === undefined ? end : until.get(partition);
    if (first === undefined || last === undefined || first >= last) continue;
    if (first < earliest) throw truncated(topic, partition, first, earliest);
    spans.set(partition, { next: first, until: last });
  }
  return spans;
};
