import { decodePayload, events, streams, WeirError, type ControlRecord } from '@weir/contracts';
import { openEvents, type Opener } from '@weir/envelope';
import type { KafkaClient, KafkaRecord, PartitionOffsets } from '@weir/kafka';

export type LogOpened = Extract<ControlRecord, { kind: 'log_opened' }>;

export type LogReader = Pick<KafkaClient, 'offsets' | 'readRange'>;

export const logTopic = streams.received.topic;

/** Partitions that have no record yet, and never had one. */
export const emptyPartitions = (offsets: readonly PartitionOffsets[]): number[] =>
  offsets.filter(({ end }) => end === 0).map(({ partition }) => partition);

const readDeadlineMs = 30_000;

/**
 * Reads the record that names the log from the lowest partition that still has
 * its first record; undefined where no partition has one.
 *
 * Throws WeirError log_unnamed where a first record is something else: without
 * a name nobody can tell this log from another, and people have to look.
 */
export async function readOpening(
  kafka: LogReader,
  opener: Opener,
  environment: string,
  offsets: readonly PartitionOffsets[],
): Promise<LogOpened | undefined> {
  const first = offsets.find(({ earliest, end }) => earliest === 0 && end > 0);
  if (first === undefined) return undefined;
  const { partition } = first;
  let found: KafkaRecord | undefined;
  await kafka.readRange({
    topic: logTopic,
    from: new Map([[partition, 0]]),
    until: new Map([[partition, 1]]),
    onRecord: (record) => {
      found ??= record;
    },
    readCommitted: true,
    deadlineMs: readDeadlineMs,
  });
  const opening = found === undefined ? undefined : await openRecord(found, opener, environment);
  if (opening === undefined) {
    throw new WeirError('log_unnamed', `${logTopic}-${partition}: the first record does not name the log`);
  }
  return opening;
}

async function openRecord(
  record: KafkaRecord,
  opener: Opener,
  environment: string,
): Promise<LogOpened | undefined> {
  const [opened] = await openEvents({ opener, stream: 'received', environment }, [record]);
  if (opened?.ok !== true || opened.attributes.type !== events.control.type) return undefined;
  const control = decodePayload(events.control, opened.plaintext);
  return control.ok && control.value.kind === 'log_opened' ? control.value : undefined;
}

/**
 * Checks that every partition has its first record and the log still as many
 * partitions as it was opened with: another count would route accounts elsewhere.
 *
 * Answers the partition count, and the log's name and first ruleset unless
 * retention has deleted every record that says them. Throws WeirError log_unnamed or
 * log_partition_count_changed.
 */
export async function requireOpenedLog(
  kafka: LogReader & Pick<KafkaClient, 'topicPartitions'>,
  opener: Opener,
  environment: string,
): Promise<{
  readonly partitionCount: number;
  readonly logId: string | null;
  readonly ruleset: string | undefined;
}> {
  const partitionCount = await countLogPartitions(kafka);
  const offsets = partitionCount === 0 ? [] : await kafka.offsets(logTopic);
  if (offsets.length === 0 || emptyPartitions(offsets).length > 0) {
    throw new WeirError('log_unnamed', `${logTopic} is not opened yet: run ingest with MODE=open-log first`);
  }
  const opening = await readOpening(kafka, opener, environment, offsets);
  requireSameCount(opening, partitionCount);
  return { partitionCount, logId: opening?.logId ?? null, ruleset: opening?.versions.ruleset };
}

/** Zero where the topic has not been made: the client reports that as brokers that are not ready yet. */
async function countLogPartitions(kafka: Pick<KafkaClient, 'topicPartitions'>): Promise<number> {
  try {
    return await kafka.topicPartitions(logTopic);
  } catch (error) {
    const cause =
      error instanceof WeirError ? (error.cause as { readonly type?: unknown } | undefined) : undefined;
    if (cause?.type === 'UNKNOWN_TOPIC_OR_PARTITION') return 0;
    throw error;
  }
}

export function requireSameCount(opening: LogOpened | undefined, partitionCount: number): void {
  if (opening === undefined || opening.partitionCount === partitionCount) return;
  throw new WeirError(
    'log_partition_count_changed',
    `${logTopic} has ${partitionCount} partitions and was opened with ${opening.partitionCount}`,
  );
}
