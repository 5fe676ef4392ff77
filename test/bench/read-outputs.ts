import { streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import type { BenchLog, Positions } from './bench-log.ts';

const readDeadlineMs = 60_000;

/** Where the partitions of a stream end now. */
export async function endsOf(log: BenchLog, stream: StreamName): Promise<Positions> {
  const offsets = await log.kafka.offsets(streams[stream].topic);
  return new Map(offsets.map(({ partition, end }) => [partition, end]));
}

/** How many records of a stream a read_committed reader sees from these positions on. */
export async function countFrom(log: BenchLog, stream: StreamName, from: Positions): Promise<number> {
  let count = 0;
  await log.kafka.readRange({
    topic: streams[stream].topic,
    from,
    readCommitted: true,
    deadlineMs: readDeadlineMs,
    onRecord: () => void (count += 1),
  });
  return count;
}

/** The mean size in bytes of the last values of a stream. */
export async function meanValueBytes(
  log: BenchLog,
  stream: StreamName,
  recordsPerPartition: number,
): Promise<number> {
  const { topic } = streams[stream];
  const offsets = await log.kafka.offsets(topic);
  let bytes = 0;
  let count = 0;
  await log.kafka.readRange({
    topic,
    from: new Map(
      offsets.map(({ partition, earliest, end }) => [
        partition,
        Math.max(earliest, end - recordsPerPartition),
      ]),
    ),
    readCommitted: true,
    deadlineMs: readDeadlineMs,
    onRecord: ({ value }) => {
      bytes += value?.length ?? 0;
      count += 1;
    },
  });
  if (count === 0) throw new Error(`${topic} has no records to take the size from`);
  return Math.round(bytes / count);
}
