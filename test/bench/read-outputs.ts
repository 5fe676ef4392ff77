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

/** What a record takes beside its key, its value and its headers, about: varint lengths, offset and time. */
const framingBytes = 30;

/** The mean sizes in bytes of the last records of a stream: of their values, and of all of them. */
export async function meanBytes(
  log: BenchLog,
  stream: StreamName,
  recordsPerPartition: number,
): Promise<{ readonly value: number; readonly record: number }> {
  const { topic } = streams[stream];
  const offsets = await log.kafka.offsets(topic);
  let values = 0;
  let others = 0;
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
    onRecord: ({ key, value, headers }) => {
      values += value?.length ?? 0;
      others += (key?.length ?? 0) + framingBytes;
      for (const [name, bytes] of Object.entries(headers)) others += name.length + (bytes?.length ?? 0) + 2;
      count += 1;
    },
  });
  if (count === 0) throw new Error(`${topic} has no records to take the size from`);
  return { value: Math.round(values / count), record: Math.round((values + others) / count) };
}
