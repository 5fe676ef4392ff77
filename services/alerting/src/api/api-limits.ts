/** What the API of alerts holds and how long it waits, beside the bounds of any server. */
export const apiLimits = {
  /** A thousand deliveries to be sent again, named. */
  maxBodyBytes: 262_144,
  requestTimeoutMs: 30_000,
  maxConnections: 200,
  maxConnectionsPerAddress: 100,
  /** How long nothing may move on a connection: longer than an act on all alerts of a case takes. */
  silenceMs: 120_000,
  /** Requests that are worked on at a time. */
  maxUnderWay: 32,
  /** Alerts of one answer, unless said otherwise, and at most. */
  alertsShown: 50,
  mostAlertsShown: 500,
  /** Entries of one answer: with their evidence each may have some kilobytes. */
  entriesShown: 20,
  mostEntriesShown: 50,
  mostChangesShown: 500,
  mostDeliveriesShown: 500,
  /** Alerts of a case that one act changes. */
  mostAlertsOfCase: 1_000,
  longestSilenceMs: 31 * 86_400_000,
  /** Silences in force: each is held against every alert that is told. */
  mostSilences: 500,
} as const;

/** What a caller is told to wait, in seconds. */
export const retryAfterSeconds = { overloaded: 1, storeUnavailable: 5 } as const;
