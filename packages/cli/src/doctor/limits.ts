const mebibyte = 1_048_576;
const gibibyte = 1_024 * mebibyte;
const dayMs = 86_400_000;

/** Every threshold of the doctor, with its unit; the page of checks is generated from them. */
export const limits = {
  /** How long one probe may take. */
  probeMs: 5_000,
  nodeMajor: 24,
  javaMajor: 17,
  memoryWarnBytes: gibibyte,
  memoryFailBytes: 256 * mebibyte,
  openFilesWarn: 4_096,
  openFilesFail: 1_024,
  diskWarnBytes: 5 * gibibyte,
  diskFailBytes: gibibyte,
  skewWarnMs: 2_000,
  skewFailMs: 30_000,
  certificateWarnMs: 30 * dayMs,
  tokenWarnMs: 14 * dayMs,
  /** How long detection may be away before the log forgets what its windows need. */
  outageMs: 14 * dayMs,
  lagWarnRecords: 100_000,
  redisUsedWarnShare: 0.75,
  redisUsedFailShare: 0.95,
  /** 6.2 is the oldest whose Lua and commands the window store was tested with. */
  redisVersion: [6, 2],
  keyAgeWarnMs: 400 * dayMs,
  /** A checkpoint is signed after 60 s at the latest while there is anything new; twice that, and a minute for the rest. */
  checkpointWarnMs: 180_000,
  checkpointFailMs: 3_600_000,
} as const;

/** 5368709120 as "5 GiB", 268435456 as "256 MiB". */
export const inBytes = (bytes: number): string =>
  bytes >= gibibyte ? `${Number((bytes / gibibyte).toFixed(1))} GiB` : `${Math.floor(bytes / mebibyte)} MiB`;

export const inDays = (durationMs: number): string => `${Math.floor(durationMs / dayMs)} days`;
