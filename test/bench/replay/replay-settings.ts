/** How large the runs of (i) are. */
export type ReplaySettings = {
  /** Different transactions that detection decides and a replay judges again; repeated ones come on top. */
  readonly transactions: number;
  readonly accounts: number;
  /** The batches of the detection that is killed: small enough for it not to be done by then. */
  readonly killedBatchRecords: number;
  /** How many counterparties and accounts the model knows that comes into force on the way. */
  readonly modelEntries: number;
  /** Of the range that is judged again and read raw in turns. */
  readonly speedRecords: number;
  /** Two windows of live load in each round, one without and one with a replay. */
  readonly latency: {
    readonly txPerSecond: number;
    readonly accounts: number;
    /** Before the first window, from the first verdict on. */
    readonly warmSeconds: number;
    readonly rounds: number;
    readonly seconds: number;
    /** Before each window, for what began or ended to be over. */
    readonly settleSeconds: number;
    /** Of the replay; absent: what replay has by default, which is what it is about. */
    readonly recordsPerSecond?: number;
  };
  /** Records of the log that is planned over. */
  readonly plannedRecords: number;
  /** How often each plan is made, and the manifest written and verified. */
  readonly repeats: number;
  readonly deadlineMs: number;
};

export const replaySettings: Readonly<Record<'full' | 'quick', ReplaySettings>> = {
  full: {
    transactions: 1_000_000,
    accounts: 20_000,
    killedBatchRecords: 500,
    modelEntries: 10_000,
    speedRecords: 200_000,
    latency: { txPerSecond: 200, accounts: 2_000, warmSeconds: 10, rounds: 4, seconds: 12, settleSeconds: 2 },
    plannedRecords: 10_000_000,
    repeats: 3,
    deadlineMs: 600_000,
  },
  quick: {
    transactions: 4_000,
    accounts: 200,
    killedBatchRecords: 20,
    modelEntries: 100,
    speedRecords: 2_000,
    latency: {
      txPerSecond: 100,
      accounts: 100,
      warmSeconds: 0.2,
      rounds: 1,
      seconds: 1,
      settleSeconds: 0.2,
      recordsPerSecond: 500,
    },
    plannedRecords: 20_000,
    repeats: 1,
    deadlineMs: 60_000,
  },
};
