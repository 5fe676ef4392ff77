import { streams, WeirError } from '@weir/contracts';
import type { ReplayPlan } from '@weir/replays';
import { readLogBounds } from '../plan/bounds-of-log.ts';
import type { CopyParts } from './copy-stream.ts';

/**
 * Sees to it that what is about to be read is the log that was planned for: its journal says so, and each partition
 * of the plan is there. Throws WeirError `log_other` where it isn't, and what Kafka, the KMS and a journal that can't
 * be read throw.
 */
export async function requireSameLog(
  parts: Pick<CopyParts, 'kafka' | 'opener' | 'environment'>,
  { logId, stream, stretches }: Pick<ReplayPlan, 'logId' | 'stream' | 'stretches'>,
): Promise<void> {
  const { topic } = streams[stream];
  const partitions = new Set((await parts.kafka.offsets(topic)).map(({ partition }) => partition));
  const missing = stretches.find(({ partition }) => !partitions.has(partition));
  if (missing !== undefined)
    throw new WeirError('log_other', `${topic} has no partition ${missing.partition}, which was planned for`);
  const log = await readLogBounds(parts);
  if (log?.logId !== logId)
    throw new WeirError('log_other', 'the log is another than was planned for, by its journal');
}
