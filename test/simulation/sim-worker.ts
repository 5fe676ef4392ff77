/** A worker as its process runs it. */
export type SimWorker = {
  /** Settles when it ends by itself; rejects with what it ended with. */
  readonly ended: Promise<void>;
  /** SIGTERM: resolves when it has let go of everything. */
  readonly stop: () => Promise<void>;
};
