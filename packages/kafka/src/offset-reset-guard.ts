/** The part of kafkajs's consumer group that the guard touches. */
export type ConsumerGroupPrototype = {
  recoverFromOffsetOutOfRange(error: unknown): Promise<void>;
};

/**
 * Makes an out-of-range position an error instead of a jump.
 *
 * kafkajs answers OFFSET_OUT_OF_RANGE by committing the position -2 for the group
 * and reading on from the log's beginning: it overwrites the committed offset
 * that detection trusts, outside of any transaction, and hides the lost records.
 * `refuse` wraps the error so that kafkajs gives up at once.
 */
export const guardOffsetReset = (
  prototype: ConsumerGroupPrototype,
  refuse: (error: unknown) => Error,
): void => {
  const original: unknown = prototype.recoverFromOffsetOutOfRange;
  if (typeof original !== 'function' || !String(original).includes('setDefaultOffset')) {
    throw new Error(
      'kafkajs consumer group: recoverFromOffsetOutOfRange is not the method the guard expects',
    );
  }
  prototype.recoverFromOffsetOutOfRange = (error) => Promise.reject(refuse(error));
};
