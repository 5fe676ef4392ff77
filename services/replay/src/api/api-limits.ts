/** What the API of replays holds and how long it waits, beside the bounds of any server. */
export const apiLimits = {
  /** A ruleset, written as JSON text, and what is asked of it. */
  maxBodyBytes: 2 * 1_048_576,
  requestTimeoutMs: 30_000,
  maxConnections: 100,
  maxConnectionsPerAddress: 50,
  /** How long nothing may move on a connection: longer than a plan takes that has to look for event times. */
  silenceMs: 300_000,
  /** Requests that are worked on at a time. */
  maxUnderWay: 16,
  replaysShown: 100,
} as const;

/** What a caller is told to wait, in seconds. */
export const retryAfterSeconds = { overloaded: 1, unavailable: 5 } as const;
