const mebibyte = 1_048_576;
const minuteMs = 60_000;

/** What the door holds and how long it waits: each bound has its unit, and the reason beside it. */
export const doorLimits = {
  /** Headers of an honest request are below 1 KB. */
  maxHeaderBytes: 16_384,
  /** From the opening of a connection to the last byte of the headers. */
  headersTimeoutMs: 10_000,
  tlsHandshakeTimeoutMs: 10_000,
  /** How long a connection may lie idle between two requests. */
  keepAliveMs: 30_000,
  /** How long nothing may move on a connection, beside what sending takes: longer than all searches that may wait. */
  silenceMs: 300_000,
  /** How often connections are held against the bounds above. */
  connectionCheckMs: 1_000,
  /** How long the door's end waits for requests that are arriving or under way; well below the default of SHUTDOWN_TIMEOUT_MS. */
  closingMs: 5_000,
  /** Refused tokens and certificates of one address in a minute, before they aren't looked at any more. */
  refusalsPerMinute: 20,
  /** Addresses whose refusals are counted. */
  maxAddresses: 10_000,
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
