import type { TransactionEvent } from './read-cleared.ts';
import type { StoredPosition } from './stored-position.ts';
import type { RecordPlace } from './subscription-error.ts';

/** What goes with an event to the handler. */
export type Delivery = RecordPlace & {
  /**
   * The same for every delivery of the same event, whichever process it comes to
   * and how often, and after the topic was made anew: a key for `insert ... on
   * conflict do nothing` where positions aren't stored with the effect.
   */
  readonly deduplicationId: string;
  /** What has to be stored now, if the handler stores it; undefined before the partition's first event. */
  readonly previous: StoredPosition | undefined;
  /** What to store instead, in the same database transaction as the effect. */
  readonly position: StoredPosition;
  /** Aborted when the subscription is being stopped or has lost the partition; the handler may finish all the same. */
  readonly signal: AbortSignal;
};

/**
 * Handles one event. It is done when the promise resolves, and only then comes
 * the next of its partition; events of other partitions come meanwhile.
 */
export type OnTransaction = (event: TransactionEvent, delivery: Delivery) => void | Promise<void>;

/** Which position is asked for. */
export type PositionKey = { readonly groupId: string; readonly topic: string; readonly partition: number };

/**
 * Where positions are read from. They are written by the handler, with its effect.
 * `load` answers what was last stored, undefined or null where nothing was, within 30 seconds.
 */
export type Positions = {
  /** Answers a StoredPosition or a promise of it; it is checked, so a JSON column may be passed on as it is. */
  readonly load: (key: PositionKey) => unknown;
};

/** The event's deduplication id: its kind and the transaction's pseudonym. */
export const deduplicationIdOf = ({ type, identity }: TransactionEvent): string =>
  `${type === 'weir.transaction.cleared.v1' ? 'cleared' : 'released'}_${identity}`;
