/**
 * How one client of a broker in memory reaches it. A test puts its own in to
 * delay, refuse or lose requests, or to give time another meaning.
 */
export type MemoryLink = {
  /**
   * Runs `effect` at the broker and answers what it returns. May throw a
   * WeirError before it ran, or after: then the effect stays.
   */
  request<T>(name: string, effect: () => T): Promise<T>;
  sleep(delayMs: number): Promise<void>;
  nowMs(): number;
  /** The most records the next fetch brings of one partition. */
  maxFetchRecords(): number;
};

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** A link without delay or fault: each request takes one turn of the event loop. */
export const directLink: MemoryLink = {
  request: async (_name, effect) => {
    await turn();
    return effect();
  },
  // A sleeper left behind must not keep a test's process alive.
  sleep: (delayMs) => new Promise((resolve) => void setTimeout(resolve, delayMs).unref()),
  nowMs: () => performance.now(),
  maxFetchRecords: () => 500,
};
