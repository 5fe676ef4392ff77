/** What the process that meets an error does next. */
export type Recovery = 'retry' | 'deadLetter' | 'halt';

/**
 * Every operational error Weir names, with its recovery. The list is closed: an
 * error outside it is a bug, and a bug halts the process so that its supervisor
 * can start it again from the last committed position.
 *
 * - `retry`: the same work may succeed later; the caller waits within a bound.
 * - `deadLetter`: this one record can never succeed; it goes to the rejected topic.
 * - `halt`: a person has to act; the process stops and says what to do.
 */
export const errorRecovery = {
  config_invalid: 'halt',
  kms_unavailable: 'retry',
  kms_denied: 'halt',
  kms_key_not_found: 'halt',
  kms_key_disabled: 'halt',
  kms_key_pending_deletion: 'halt',
  kms_ciphertext_invalid: 'deadLetter',
  broker_unavailable: 'retry',
  publish_outcome_unknown: 'retry',
  partition_fenced: 'retry',
  partition_revoked: 'retry',
  topic_mismatch: 'halt',
  redis_unavailable: 'retry',
  redis_policy_unsafe: 'halt',
  position_moved: 'retry',
  windows_damaged: 'retry',
  log_unnamed: 'halt',
  log_other: 'halt',
  log_partition_count_changed: 'halt',
  log_truncated: 'halt',
  artefact_unknown: 'halt',
  store_unavailable: 'retry',
  store_other: 'halt',
  receiver_unavailable: 'retry',
  receiver_refused: 'halt',
  audit_unavailable: 'retry',
  audit_damaged: 'halt',
  outcomes_overflow: 'halt',
  releases_overflow: 'halt',
  position_out_of_range: 'halt',
  record_unreadable: 'halt',
  processing_failed: 'deadLetter',
} as const satisfies Record<string, Recovery>;

export type ErrorCode = keyof typeof errorRecovery;

/**
 * An operational error with a closed code. The message is for people and names
 * fields, topics and keys by id, never a value taken from a payload.
 */
export class WeirError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WeirError';
    this.code = code;
  }

  get recovery(): Recovery {
    return errorRecovery[this.code];
  }
}
