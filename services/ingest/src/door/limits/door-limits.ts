const mebibyte = 1_048_576;
const minuteMs = 60_000;

/** What the door holds and how long it waits, beside the bounds of any server: each has its unit, and the reason beside it. */
export const doorLimits = {
  /** How long nothing may move on a connection, beside what sending takes: longer than all searches that may wait. */
  silenceMs: 300_000,
  /** Identities of transactions whose content is remembered, and for how long. */
  maxIdentities: 100_000,
  identityMs: 10 * minuteMs,
  /** Answers kept for their Idempotency-Keys. */
  maxIdempotencyKeys: 10_000,
  maxIdempotencyBytes: 32 * mebibyte,
  idempotencyMs: 24 * 60 * minuteMs,
  /** Journal records that are kept as they come, sealed, to answer for the latest transactions. */
  maxJournalBytes: 64 * mebibyte,
  /** How far back from its end the journal is read when the door opens, per partition. */
  journalLookBackOffsets: 400,
  /** Searches in the journal that may run or wait; each reads the topic. */
  maxSearches: 16,
  maxSearchesOfTenant: 4,
  /** Acts on rulesets that may arrive or wait, one of which happens at a time. A document is a megabyte as JSON. */
  maxRulesetActs: 4,
  searchDeadlineMs: 15_000,
} as const;

/** What a caller is told to wait, in seconds. */
export const retryAfterSeconds = { pending: 1, overloaded: 1, logUnavailable: 5, searching: 5 } as const;
