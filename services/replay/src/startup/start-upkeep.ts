import { setTimeout as sleep } from 'node:timers/promises';
import { WeirError } from '@weir/contracts';
import type { Logger } from '@weir/runtime';
import type { ReplayHealth } from '../health.ts';
import type { ReplayStore } from '../store/replay-store.ts';

const dayMs = 86_400_000;
const everyMs = 3_600_000;
const part = 'upkeep';

/** Removes, from now on every hour, what was kept long enough. */
export function startUpkeep(parts: {
  readonly store: Pick<ReplayStore, 'forgetBefore'>;
  readonly takeTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly health: ReplayHealth;
  readonly log: Logger;
  readonly keepDays: number;
}): { readonly done: Promise<void>; readonly stop: () => Promise<void> } {
  const { store, health, log } = parts;
  const stopping = new AbortController();

  async function round(): Promise<void> {
    try {
      const before = Date.now() - parts.keepDays * dayMs;
      const count = await parts.takeTurn(() => store.forgetBefore(before));
      if (count > 0) log.info('replays were kept long enough and are deleted', { count });
      health.works(part);
    } catch (error) {
      if (!(error instanceof WeirError)) throw error;
      health.fails(part, error.code);
      log.warn('replays that were kept long enough can not be deleted', { error });
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await round();
      await sleep(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  }
  const done = run();
  done.catch(() => undefined);
  return {
    done,
    stop: async () => {
      stopping.abort();
      await done.catch(() => undefined);
    },
  };
}
