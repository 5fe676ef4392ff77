import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaClient, PartitionOffsets } from '@weir/kafka';
import type { PositionStore } from './position-store.ts';
import type { StoredPosition } from './stored-position.ts';
import { SubscriptionError } from './subscription-error.ts';

/** What is known of a partition from its take-over on. */
export type PartitionState = {
  readonly partition: number;
  /** The next offset to look at. */
  next: number;
  /** The position that stands stored; where the handler doesn't store, the one of the last event handled. */
  position: StoredPosition | undefined;
  /** Still to be found at its offset before anything else is handled. */
  anchor: { readonly offset: number; readonly fingerprint: string } | undefined;
  /** Handled and not yet committed. */
  unsaved: StoredPosition | undefined;
  /** Whether the consumer has been told where to begin. */
  isSought: boolean;
};

export type TakeOverParts = {
  readonly kafka: Pick<KafkaClient, 'offsets'>;
  readonly topic: string;
  readonly store: PositionStore;
  /** Before the second attempt at anything; it doubles from there. */
  readonly firstWaitMs: number;
};

/** A leader that has just changed may not yet know the end that its readers have seen. */
const endTries = 5;

/**
 * Where a partition goes on: at its position, which has to be on the topic, else
 * at the earliest record. A position with a fingerprint begins at the record it
 * stands at, so that the record can be held against it.
 *
 * Throws SubscriptionError position_out_of_range, position_invalid and
 * topic_mismatch, HandlerFailure, and WeirError.
 */
export async function takeOver(parts: TakeOverParts, partition: number): Promise<PartitionState> {
  const position = await parts.store.load(partition);
  if (position === undefined) {
    const { earliest } = await rangeOf(parts, partition);
    return stateAt(partition, earliest, undefined);
  }
  const { offset, fingerprint } = position;
  const next = fingerprint === undefined ? offset + 1 : offset;
  const lowestEnd = offset + 1;
  for (let attempt = 1; ; attempt += 1) {
    const { earliest, end } = await rangeOf(parts, partition);
    if (next >= earliest && lowestEnd <= end) return stateAt(partition, next, position);
    if (next < earliest || attempt === endTries) {
      throw new SubscriptionError(
        'position_out_of_range',
        `the topic holds offsets ${earliest} up to ${end} and not the stored position`,
        { place: { topic: parts.topic, partition, offset } },
      );
    }
    await sleep(parts.firstWaitMs);
  }
}

async function rangeOf({ kafka, topic }: TakeOverParts, partition: number): Promise<PartitionOffsets> {
  const range = (await kafka.offsets(topic)).find((one) => one.partition === partition);
  if (range !== undefined) return range;
  throw new SubscriptionError('topic_mismatch', `topic ${topic} has no partition ${partition}`);
}

function stateAt(partition: number, next: number, position: StoredPosition | undefined): PartitionState {
  const { offset, fingerprint } = position ?? {};
  return {
    partition,
    next,
    position,
    anchor: offset === undefined || fingerprint === undefined ? undefined : { offset, fingerprint },
    unsaved: undefined,
    isSought: false,
  };
}
