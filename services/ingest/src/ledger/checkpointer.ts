import type { Fingerprint, Ledger, LedgerFiles } from './ledger-file.ts';
import type { LineTracker } from './line-tracker.ts';

const intervalMs = 500;

/** Calls `tick` again and again until the function it answers is called. */
export type Every = (intervalMs: number, tick: () => void) => () => void;

export const everyInterval: Every = (intervalMs, tick) => {
  const timer = setInterval(tick, intervalMs);
  return () => clearInterval(timer);
};

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
  readonly ledgers: Pick<LedgerFiles, 'write'>;
  readonly every: Every;
  readonly fingerprint: Fingerprint | null;
  readonly tracker: LineTracker;
  readonly stopping: AbortController;
}): Promise<Checkpointer> {
  const { path, ledgers, fingerprint, tracker } = options;
  let writing: Promise<void> | undefined;
  let writtenLine = -1;
  let failure: Error | undefined;

  async function write(state: Ledger['state']): Promise<void> {
    const position = tracker.position();
    const counts = tracker.counts();
    await ledgers.write(path, { formatVersion: 1, state, fingerprint, counts, position });
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
  const stopTicking = options.every(intervalMs, tick);
  return {
    async finish(state) {
      stopTicking();
      await writing;
      if (failure !== undefined) throw failure;
      await write(state);
    },
  };
}
