import {
  encodePayload,
  events,
  formatInstant,
  systemTenant,
  topicSpecifications,
  WeirError,
  type Versions,
} from '@weir/contracts';
import { sealEvents, type Opener, type Sealer } from '@weir/envelope';
import type { KafkaClient, Producer } from '@weir/kafka';
import { retryWithin, type RetryWithin } from '../send/retry-within.ts';
import { emptyPartitions, logTopic, readOpening, requireSameCount, type LogOpened } from './read-opening.ts';

export type OpenLogOptions = {
  readonly kafka: Pick<KafkaClient, 'ensureTopics' | 'offsets' | 'readRange'>;
  readonly producer: Pick<Producer, 'append'>;
  readonly sealer: Sealer;
  readonly opener: Opener;
  readonly environment: string;
  readonly logPartitions: number;
  readonly replicationFactor: number;
  /** What is in force from the log's beginning. A log that is open already keeps its own. */
  readonly versions: Versions;
  /** Taken as the log's name where it has none yet. */
  readonly newLogId: string;
  readonly nowMs: () => number;
  readonly retry: RetryWithin;
  readonly signal: AbortSignal;
};

const controlKey = 'control';
const controlSource = 'urn:weir:ingest:open-log';

/**
 * Makes every topic of the table, and writes the record that names the log as
 * the first of each of its partitions. Saying it again changes nothing, and an
 * interrupted run is completed by the next: the name is read back from the
 * partitions that have it. Two runs at the same time are not provided for.
 *
 * Throws what the brokers and the KMS can't do; topic_mismatch and
 * log_partition_count_changed where the log has another partition count.
 */
export async function openLog(
  options: OpenLogOptions,
): Promise<{ readonly opening: LogOpened | undefined; readonly written: number }> {
  const { kafka, retry, signal, logPartitions, replicationFactor } = options;
  await retryWithin(retry, signal, () =>
    kafka.ensureTopics(topicSpecifications({ logPartitions, replicationFactor })),
  );
  let written = 0;
  // What a failed append has done is seen in the log, so it is looked at again and not just repeated.
  return retryWithin(retry, signal, async () => {
    const offsets = await kafka.offsets(logTopic);
    const found = await readOpening(kafka, options.opener, options.environment, offsets);
    requireSameCount(found, logPartitions);
    const empty = emptyPartitions(offsets);
    if (found === undefined && empty.length > 0 && empty.length < offsets.length) {
      throw new WeirError('log_unnamed', `${logTopic} has records and none that still names the log`);
    }
    if (empty.length === 0) return { opening: found, written };
    const opening = found ?? newOpening(options);
    for (const partition of empty) {
      await options.producer.append(logTopic, partition, await sealOpening(opening, options));
      written += 1;
    }
    return { opening, written };
  });
}

const newOpening = ({ newLogId, logPartitions, versions }: OpenLogOptions): LogOpened => ({
  kind: 'log_opened',
  logId: newLogId,
  partitionCount: logPartitions,
  versions,
});

function sealOpening(opening: LogOpened, options: OpenLogOptions) {
  const { sealer, environment } = options;
  const { type, dataSchema } = events.control;
  const event = {
    key: controlKey,
    id: `control-${opening.logId}-opened`,
    type,
    dataSchema,
    time: formatInstant(options.nowMs()),
    tenant: systemTenant,
    plaintext: encodePayload(events.control, opening),
  };
  return sealEvents({ sealer, stream: 'received', environment, source: controlSource }, [event]);
}
