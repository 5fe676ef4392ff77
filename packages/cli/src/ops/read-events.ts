import { streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { OpenedEvent } from '@weir/envelope';
import type { KafkaRecord, PartitionPositions } from '@weir/kafka';
import type { Ops } from './connect-ops.ts';

export type ReadEvent = { readonly record: KafkaRecord; readonly opened: OpenedEvent };

/** How long a command may read before something must be wrong. */
export const readDeadlineMs = 600_000;

/** The offsets behind the last record of each partition of a stream. */
export async function endsOf(ops: Pick<Ops, 'kafka'>, stream: StreamName): Promise<Map<number, number>> {
  const offsets = await ops.kafka.offsets(streams[stream].topic);
  return new Map(offsets.map(({ partition, end }) => [partition, end]));
}

/** Reads and opens a stretch of a stream, committed records alone, in offset order within each partition. */
export async function readEvents(
  ops: Ops,
  stream: StreamName,
  range: { readonly from: 'earliest' | PartitionPositions; readonly until?: PartitionPositions },
  onEvent: (event: ReadEvent) => void,
): Promise<void> {
  await ops.kafka.readRange({
    topic: streams[stream].topic,
    ...range,
    readCommitted: true,
    deadlineMs: readDeadlineMs,
    onRecord: async (record) => {
      const [opened] = await openEvents({ opener: ops.opener, stream, environment: ops.environment }, [
        record,
      ]);
      if (opened !== undefined) onEvent({ record, opened });
    },
  });
}
