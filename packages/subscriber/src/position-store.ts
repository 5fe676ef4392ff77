import type { BatchControl, KafkaClient } from '@weir/kafka';
import type { PositionKey, Positions } from './delivery.ts';
import { parseStoredPosition } from './stored-position.ts';
import type { StoredPosition } from './stored-position.ts';
import { SubscriptionError } from './subscription-error.ts';

/** Where positions come from and, where handlers don't store them, go to. */
export type PositionStore = {
  /** Throws HandlerFailure for what the caller's own code threw. */
  readonly load: (partition: number) => Promise<StoredPosition | undefined>;
  /** Undefined where the handler stores positions with its effects. */
  readonly save: ((position: StoredPosition, control: BatchControl) => Promise<void>) | undefined;
};

/** How long `positions.load` may take: a partition that waits for ever would stand still unseen. */
const loadTimeoutMs = 30_000;

/** The caller's own code threw; `error` is what it threw. */
export class HandlerFailure extends Error {
  readonly error: unknown;

  constructor(doing: string, error: unknown) {
    super(`${doing} threw`);
    this.error = error;
  }
}

/** Positions that the handler stores with its effects: exactly once. */
export function callerPositions(positions: Positions, key: Omit<PositionKey, 'partition'>): PositionStore {
  return {
    load: async (partition) => {
      const found = await callersOwn('positions.load', () => answerOf(positions.load({ ...key, partition })));
      if (found === undefined || found === null) return undefined;
      const position = parseStoredPosition(found);
      if (position !== undefined) return position;
      throw new SubscriptionError(
        'position_invalid',
        `positions.load gave no position of this package for ${key.topic}-${partition}`,
      );
    },
    save: undefined,
  };
}

/**
 * Positions in the group's committed offsets, after their effects: at least once.
 * The commit's metadata holds the whole position, so that it names its log too.
 */
export function committedPositions(
  kafka: Pick<KafkaClient, 'groupPositions'>,
  { groupId, topic }: Omit<PositionKey, 'partition'>,
): PositionStore {
  return {
    load: async (partition) => {
      const committed = (await kafka.groupPositions(groupId, topic)).find(
        (one) => one.partition === partition,
      );
      if (committed?.next === undefined) return undefined;
      const position = parseStoredPosition(parseJson(committed.metadata));
      // Whoever moved the group's offset by hand left other metadata, or none: his word is taken.
      if (position?.offset === committed.next - 1) return position;
      return { offset: committed.next - 1, sourceOffsets: {} };
    },
    save: (position, control) => control.commit(position.offset + 1, JSON.stringify(position)),
  };
}

/** Calls code of the caller's and marks what it throws. */
export async function callersOwn<T>(doing: string, call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new HandlerFailure(doing, error);
  }
}

async function answerOf(asked: unknown): Promise<unknown> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`no answer within ${loadTimeoutMs} ms`)),
    loadTimeoutMs,
  );
  // Whoever stops meanwhile has nothing left to wait for.
  timer.unref();
  try {
    return await Promise.race([asked, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
