import type { Logger } from '@weir/runtime';
import type { UpkeepMessage } from './upkeep-messages.ts';

/** At most five words of progress a second to the parent; people who read logs need fewer. */
const messageIntervalMs = 200;
const logIntervalMs = 5_000;

export type UpkeepReporter = {
  /** Told often, said seldom. */
  progress(records: { readonly done: number; readonly total: number }): void;
  tell(message: UpkeepMessage): Promise<void>;
};

/** Reports to the process that forked this one, and to the log where nobody did. */
export function createUpkeepReporter(
  process: Pick<NodeJS.Process, 'send' | 'connected'>,
  log: Logger,
  nowMs: () => number,
): UpkeepReporter {
  const hasParent = process.send !== undefined;
  let lastMs = -Infinity;
  /** Resolves when the message is handed over, so that an exit doesn't cut it off. */
  const tell = (message: UpkeepMessage): Promise<void> =>
    new Promise((resolve) => {
      // A parent that is gone is noticed by its channel closing; the message is then of no use.
      if (!process.connected || process.send === undefined) return resolve();
      process.send(message, undefined, undefined, () => resolve());
    });
  return {
    progress({ done, total }) {
      if (nowMs() - lastMs < (hasParent ? messageIntervalMs : logIntervalMs)) return;
      lastMs = nowMs();
      if (hasParent) void tell({ kind: 'progress', done, total });
      else log.info('records read so far', { count: done, lagRecords: Math.max(0, total - done) });
    },
    tell,
  };
}
