/** How long a server waits and how much it holds: each bound has its unit, and the reason beside it. */
export const serverLimits = {
  /** Headers of an honest request are below 1 KB. */
  maxHeaderBytes: 16_384,
  /** From the opening of a connection to the last byte of the headers. */
  headersTimeoutMs: 10_000,
  tlsHandshakeTimeoutMs: 10_000,
  /** How long a connection may lie idle between two requests. */
  keepAliveMs: 30_000,
  /** How often connections are held against the bounds above. */
  connectionCheckMs: 1_000,
  /** How long the end of a server waits for requests that are arriving or under way; well below the default of SHUTDOWN_TIMEOUT_MS. */
  closingMs: 5_000,
  /** Refused tokens and certificates of one address in a minute, before they aren't looked at any more. */
  refusalsPerMinute: 20,
  /** Addresses whose refusals are counted. */
  maxAddresses: 10_000,
} as const;
