import { WeirError } from '@weir/contracts';
import type { Opener } from '@weir/envelope';
import type { KafkaClient } from '@weir/kafka';
import { journalTopic, logIdOf } from '../door/verdicts/journal-records.ts';
import { requireOpenedLog } from './read-opening.ts';

/**
 * The partition count and the name of the log. Retention takes its first records
 * after some weeks, and the journal goes on naming it. Throws WeirError `log_unnamed`
 * where neither does, and like `requireOpenedLog`.
 */
export async function requireNamedLog(
  kafka: Pick<KafkaClient, 'offsets' | 'readRange' | 'topicPartitions' | 'lastRecord'>,
  opener: Opener,
  environment: string,
): Promise<{ readonly partitionCount: number; readonly logId: string }> {
  const { partitionCount, logId } = await requireOpenedLog(kafka, opener, environment);
  return { partitionCount, logId: logId ?? (await logIdOfJournal(kafka, partitionCount)) };
}

async function logIdOfJournal(
  kafka: Pick<KafkaClient, 'lastRecord'>,
  partitionCount: number,
): Promise<string> {
  for (let partition = 0; partition < partitionCount; partition += 1) {
    const last = await kafka.lastRecord(journalTopic, partition);
    const logId = last === undefined ? undefined : logIdOf(last);
    if (logId !== undefined) return logId;
  }
  throw new WeirError('log_unnamed', 'neither the log nor its journal says any more which log this is');
}
