import type { ErrorCode } from '@weir/contracts';

/**
 * Why a subscription ended by itself. The list is closed.
 *
 * - `config_invalid`: an option is missing or wrong, the brokers or the topic refuse this client.
 * - `handler_failed`: `onTransaction` threw as often as it may; `cause` is what it threw.
 * - `position_moved`: another process moves the same positions, again and again.
 * - `position_invalid`: what `positions.load` answered is no position of this package.
 * - `position_out_of_range`: the topic no longer holds the record the position stands at.
 * - `log_other`: at the position stands another record than the one that was handled.
 * - `record_unreadable`: a record that Weir did not write, that was changed, or of a newer kind.
 * - `kms_…`: the key can't be had, and waiting won't help.
 * - `broker_unavailable`: the brokers were out of reach for two minutes.
 * - `topic_mismatch`: the topic isn't there, or holds what this client can't read.
 */
export const subscriptionErrorCodes = [
  'config_invalid',
  'handler_failed',
  'position_moved',
  'position_invalid',
  'position_out_of_range',
  'log_other',
  'record_unreadable',
  'kms_denied',
  'kms_key_not_found',
  'kms_key_disabled',
  'kms_key_pending_deletion',
  'broker_unavailable',
  'topic_mismatch',
] as const satisfies readonly (ErrorCode | 'handler_failed' | 'position_invalid')[];

export type SubscriptionErrorCode = (typeof subscriptionErrorCodes)[number];

/** A place on the topic. */
export type RecordPlace = { readonly topic: string; readonly partition: number; readonly offset: number };

/**
 * What ends a subscription. The message is for people and never holds anything
 * of a payload; `place` says which record it is about, where it is about one.
 */
export class SubscriptionError extends Error {
  readonly code: SubscriptionErrorCode;
  readonly place: RecordPlace | undefined;

  constructor(
    code: SubscriptionErrorCode,
    message: string,
    options: { readonly place?: RecordPlace; readonly cause?: unknown } = {},
  ) {
    const { place, cause } = options;
    const where = place === undefined ? '' : ` (${place.topic}-${place.partition}, offset ${place.offset})`;
    super(`${code}: ${message}${where}`, cause === undefined ? {} : { cause });
    this.name = 'SubscriptionError';
    this.code = code;
    this.place = place;
  }
}

const isSubscriptionErrorCode = (code: string): code is SubscriptionErrorCode =>
  (subscriptionErrorCodes as readonly string[]).includes(code);

/**
 * To be thrown by a handler that found another position stored than
 * `delivery.previous`, after it has rolled back: another process had the
 * partition meanwhile, and its work stands. The position is then loaded again.
 */
export class PositionMovedError extends Error {
  constructor() {
    super('another process has stored a position of this partition');
    this.name = 'PositionMovedError';
  }
}

/**
 * The error a subscription ends with for one that came from below: a
 * SubscriptionError where it is an operational one, else the error itself,
 * which is a bug and has to surface as it is.
 */
export function toSubscriptionError(error: unknown, place?: RecordPlace): unknown {
  if (error instanceof SubscriptionError || !isOperational(error)) return error;
  // Only a position can be out of range here: the consumer is told so in the log's own words.
  const code = error.code === 'log_truncated' ? 'position_out_of_range' : error.code;
  if (!isSubscriptionErrorCode(code)) return error;
  return new SubscriptionError(code, error.message, {
    cause: error,
    ...(place === undefined ? {} : { place }),
  });
}

const isOperational = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error && error.name === 'WeirError' && 'code' in error && typeof error.code === 'string';
