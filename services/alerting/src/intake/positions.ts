import type { AlertStore } from '@weir/alert-store';
import { WeirError } from '@weir/contracts';
import type { KafkaClient } from '@weir/kafka';
import { nameOfInput, topicOf } from './input-partition.ts';
import type { Input } from './input-partition.ts';

/** Where an input partition is to be read on. */
export type ReadPosition = {
  /** As the store has it; undefined where nothing of the partition was ever taken in. */
  readonly stored: number | undefined;
  /** The offset to read next. */
  readonly next: number;
  /** Records that were deleted from the topic before they were taken in, or markers alone; 0 as it should be. */
  readonly missing: number;
};

/**
 * Finds where to read on. The store decides: the group's committed offset only follows it. Throws WeirError
 * store_unavailable or broker_unavailable, and store_other for a topic that was made anew: what is in it now
 * would be passed over up to where the old one was read.
 */
export async function readPosition(
  parts: {
    readonly store: Pick<AlertStore, 'transaction'>;
    readonly kafka: Pick<KafkaClient, 'offsets'>;
  },
  input: Input,
): Promise<ReadPosition> {
  const topic = topicOf(input);
  const stored = await parts.store.transaction((rows) => rows.position(topic, input.partition));
  const found = (await parts.kafka.offsets(topic)).find(({ partition }) => partition === input.partition);
  if (found === undefined) throw new RangeError(`there is no partition ${nameOfInput(input)}`);
  if (stored !== undefined && stored > found.end)
    throw new WeirError(
      'store_other',
      `${topic}-${input.partition} ends at ${found.end}, before ${stored}, up to which the store has taken it in: the topic was made anew, or the store is another's`,
    );
  const next = Math.max(stored ?? found.earliest, found.earliest);
  return { stored, next, missing: stored === undefined ? 0 : next - stored };
}
