/**
 * What a case may hold. Everything is held in memory until it is sealed, so that nothing opened is ever on the disk of
 * who exports it: about three times the largest bundle.
 */
export const caseBounds = {
  /** Of the account in the range. */
  mostRecords: 10_000,
  /** Of all files together, before they are zipped. */
  mostBytes: 256 * 1_048_576,
  /** Of the zip: what it holds, the index, and what a zip adds to each. */
  mostZipBytes: 257 * 1_048_576,
  mostAlerts: 1_000,
} as const;
