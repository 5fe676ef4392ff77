/** Measured (docs/performance.md, ADR 10): what a record takes in a long history, and what an account takes besides. */
export const bytesPerRecord = 44;
export const bytesPerAccount = 480;

/** What Redis needs beside the windows: fragmentation, and the pages that a rewrite of its append-only file copies. */
export const headroom = 1.5;

/**
 * The bytes of Redis memory that windows take: 44 for a record and 480 for an
 * account. It meets the measured 53 bytes a record at 50 records an account and
 * 44 at a thousand, and is above the measured 52 to 80 at ten.
 */
export const windowBytes = ({ accounts, records }: { accounts: number; records: number }): number =>
  bytesPerRecord * records + bytesPerAccount * accounts;

/** What maxmemory has to be at least, in bytes, for as many accounts and records at the log's fullest. */
export const neededMemoryBytes = (log: { accounts: number; records: number }): number =>
  Math.ceil(windowBytes(log) * headroom);
