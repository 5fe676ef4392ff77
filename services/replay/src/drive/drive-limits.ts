export type DriveLimits = {
  /** What is due within so long of each other, in ms of the clock, goes as one request. */
  readonly momentMs: number;
  /** The most that goes as one; a record that is longer goes alone. */
  readonly batchRecords: number;
  readonly batchBytes: number;
  /** The longest that nobody looks whether the replay is to pause or to stop. */
  readonly sliceMs: number;
  /** A step is kept after an answer unless one was so shortly before. */
  readonly keepEveryMs: number;
  /** The longest that a receiver may ask to be left alone before it is tried again. */
  readonly mostRetryAfterMs: number;
  /** What is read ahead of all partitions together. */
  readonly aheadRecords: number;
  readonly aheadBytes: number;
  /** Offsets read at a time. */
  readonly chunkOffsets: number;
};

export const driveLimits: DriveLimits = {
  momentMs: 20,
  batchRecords: 100,
  batchBytes: 262_144,
  sliceMs: 250,
  keepEveryMs: 200,
  mostRetryAfterMs: 600_000,
  aheadRecords: 20_000,
  aheadBytes: 67_108_864,
  chunkOffsets: 500,
};
