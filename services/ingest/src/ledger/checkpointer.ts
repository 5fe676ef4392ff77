import { writeLedger, type Fingerprint, type Ledger } from './ledger-file.ts';
import type { LineTracker } from './line-tracker.ts';

const intervalMs = 500;

export type Checkpointer = {
  /** Writes the ledger's last state, after whatever is being written. Throws what made any write fail. */
  finish(state: Ledger['state']): Promise<void>;
};

/**
 * Keeps the ledger file at most half a second behind the tracker while a run
 * lasts. A run that can't keep its ledger couldn't be resumed, so a failed write
 * aborts it.
 */
export async function startCheckpointer(options: {
  readonly path: string;
  readonly fingerprint: Fingerprint | null;
  readonly tracker: LineTracker;
  readonly stopping: AbortController;
}): Promise<Checkpointer> {
  const { path, fingerprint, tracker } = options;
  let writing: Promise<void> | undefined;
  let writtenLine = -1;
  let failure: Error | undefined;

  async function write(state: Ledger['state']): Promise<void> {
    const position = tracker.position();
    await writeLedger(path, { formatVersion: 1, state, fingerprint, counts: tracker.counts(), position });
    writtenLine = position.line;
  }

  function tick(): void {
    if (writing !== undefined || tracker.position().line === writtenLine) return;
    writing = write('running')
      .catch((error: unknown) => {
        failure ??=
          error instanceof Error ? error : new TypeError('something other than an Error was thrown');
        options.stopping.abort();
      })
      .finally(() => (writing = undefined));
  }

  await write('running');
  const timer = setInterval(tick, intervalMs);
  return {
    async finish(state) {
      clearInterval(timer);
      await writing;
      if (failure !== undefined) throw failure;
      await write(state);
    },
  };
}
