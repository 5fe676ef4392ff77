import { WeirError } from '@weir/contracts';
import type { KafkaAdmin } from './admin.ts';
import type { KafkaConnection } from './connection.ts';
import { readRange } from './read-range.ts';
import type { KafkaRecord } from './record.ts';

const firstLookBackOffsets = 64;
const maxLookBackOffsets = 65_536;
const deadlineMs = 30_000;

/**
 * The last committed record of a partition, undefined for a partition without any.
 * The ends of the log are markers and aborted records more often than not, so it
 * looks back in growing steps.
 *
 * Throws WeirError topic_mismatch when the last 65,536 offsets hold no record
 * although the log goes on before them: saying "none" would be a guess.
 */
export const lastRecord = async (
  connection: KafkaConnection,
  admin: KafkaAdmin,
  topic: string,
  partition: number,
): Promise<KafkaRecord | undefined> => {
  const range = (await admin.offsets(topic)).find((offsets) => offsets.partition === partition);
  if (range === undefined)
    throw new WeirError('topic_mismatch', `topic ${topic} has no partition ${partition}`);
  const { earliest, end } = range;
  for (let lookBack = firstLookBackOffsets; ; lookBack *= 32) {
    const from = Math.max(earliest, end - Math.min(lookBack, maxLookBackOffsets));
    let last: KafkaRecord | undefined;
    await readRange(connection, admin, {
      topic,
      from: new Map([[partition, from]]),
      until: new Map([[partition, end]]),
      onRecord: (record) => {
        last = record;
      },
      readCommitted: true,
      deadlineMs,
    });
    if (last !== undefined || from === earliest) return last;
    if (lookBack >= maxLookBackOffsets) {
      throw new WeirError(
        'topic_mismatch',
        `${topic}-${partition}: no record in the last ${lookBack} offsets`,
      );
    }
  }
};
