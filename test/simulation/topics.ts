import { streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { KafkaClient, KafkaRecord } from '@weir/kafka';
import { emptyPart } from '../history-checks/history.ts';
import type { HistoryPart, LogEntry } from '../history-checks/history.ts';
import { readers } from '../history-checks/readers.ts';
import type { Reading } from '../history-checks/readers.ts';
import { outsideOpener } from './plain-envelope.ts';
import { environment, outsideLink } from './world.ts';
import type { World } from './world.ts';

const readStreams = ['received', 'decisions', 'cleared', 'held', 'rejected', 'releases', 'alerts'] as const;
type ReadStream = (typeof readStreams)[number];

/** What a read_committed reader sees of every topic once all is done, in offset order per partition. */
export type Topics = {
  readonly records: ReadonlyMap<ReadStream, readonly KafkaRecord[]>;
  /** The same as the checkers take it. */
  readonly part: HistoryPart;
};

export const readStream = async (kafka: KafkaClient, stream: StreamName): Promise<KafkaRecord[]> => {
  const records: KafkaRecord[] = [];
  await kafka.readRange({
    topic: streams[stream].topic,
    from: 'earliest',
    onRecord: (record) => void records.push(record),
    readCommitted: true,
    deadlineMs: Infinity,
  });
  return records.sort((one, other) => one.partition - other.partition || one.offset - other.offset);
};

/** Reads what is there of the streams. */
export const readTopics = async (
  world: World,
  only: readonly ReadStream[] = readStreams,
): Promise<Topics> => {
  const kafka = world.kafka.connect(outsideLink);
  const part = structuredClone(emptyPart) as Reading;
  const records = new Map<ReadStream, readonly KafkaRecord[]>();
  for (const stream of only) {
    const read = await readStream(kafka, stream);
    records.set(stream, read);
    const opened = await openEvents({ opener: outsideOpener, stream, environment }, read);
    read.forEach((record, index) => {
      const one = opened[index];
      if (one !== undefined) readers[stream](record, one, part);
    });
  }
  const received = records.get('received') ?? [];
  const log = part.log.map((entry, at) => knownOf(world, entry, received[at]));
  return { records, part: { ...part, log } };
};

/** With what only the simulation knows of a record: whose log it is of, and how little a verdict may take up here. */
const knownOf = ({ logId }: World, entry: LogEntry, record: KafkaRecord | undefined): LogEntry => {
  const { partition, offset } = entry;
  if (entry.kind === 'control' && entry.logId !== logId) return { kind: 'foreign', partition, offset };
  return entry.kind === 'transaction' && record?.value?.includes('"remittanceInformation"') === true
    ? { ...entry, mayBeTooLarge: true }
    : entry;
};
