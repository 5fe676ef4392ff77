import { setTimeout as sleep } from 'node:timers/promises';
import { WeirError } from '@weir/contracts';
import type { Logger } from '@weir/runtime';
import type { ReplayHealth } from '../health.ts';
import type { RunLoop } from '../run/run-loop.ts';
import type { Shadows } from '../shadow/shadows.ts';
import type { ReplayStore } from '../store/replay-store.ts';
import { createClockWatch, steadyForMs } from './clock-watch.ts';
import type { Clocks } from './clock-watch.ts';

const dayMs = 86_400_000;
const everyMs = steadyForMs;
/** Where something was out of reach: what a stopped replay has copied shall not lie about for an hour. */
const againMs = 60_000;
const part = 'upkeep';

export type Upkeep = {
  /** Has it look at once: something has ended. */
  readonly poke: () => void;
  readonly done: Promise<void>;
  readonly stop: () => Promise<void>;
};

/**
 * Removes, from now on every hour and whenever it is poked, what was kept long enough by a clock that nobody has set in
 * the last hour, and what a replay that was stopped or has failed had made outside of its folder. What a crash interrupted is so gone on with at the next start.
 */
export function startUpkeep(parts: {
  readonly store: Pick<ReplayStore, 'list' | 'forgetBefore'>;
  readonly shadows: Pick<Shadows, 'remove'>;
  readonly loop: Pick<RunLoop, 'progressOf'>;
  readonly takeTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly health: ReplayHealth;
  readonly log: Logger;
  readonly keepDays: number;
  readonly clocks: Clocks;
}): Upkeep {
  const { store, shadows, health, log } = parts;
  const isSteady = createClockWatch(parts.clocks);
  const stopping = new AbortController();
  let isPoked = false;
  let nap = new AbortController();

  /**
   * Removes the topic of one replay, and answers whether there was one; undefined where it can't go just now, which
   * keeps no other from going.
   */
  async function removeTopic(replay: Parameters<typeof shadows.remove>[0]): Promise<boolean | undefined> {
    try {
      return await shadows.remove(replay);
    } catch (error) {
      if (!(error instanceof WeirError)) throw error;
      health.fails(part, error.code);
      const { replayId } = replay.plan;
      log.warn('the topic of a replay can not be deleted, and the replay stays', { replayId, error });
      return undefined;
    }
  }

  /** Answers whether all of it is gone. One that is told to stop is still at the batch under way for a moment, and pokes once it is done. */
  async function removeHalfMade(): Promise<boolean> {
    let isAllGone = true;
    const ended = store
      .list()
      .filter(({ lifecycle: { state } }) => state === 'stopped' || state === 'failed');
    for (const { plan } of ended) {
      const isRemoved = await parts.takeTurn(
        async () => parts.loop.progressOf(plan.replayId) === undefined && removeTopic({ plan }),
      );
      if (isRemoved === undefined) isAllGone = false;
      if (isRemoved === true)
        log.info('the topic of a replay that did not come to its end is deleted', {
          replayId: plan.replayId,
        });
    }
    return isAllGone;
  }

  async function round(): Promise<'done' | 'failed'> {
    try {
      let isAllGone = await removeHalfMade();
      const isOldKnown = isSteady();
      const before = parts.clocks.wallMs() - parts.keepDays * dayMs;
      const leave = async (replay: Parameters<typeof shadows.remove>[0]): Promise<boolean> => {
        const isGone = (await removeTopic(replay)) !== undefined;
        isAllGone &&= isGone;
        return isGone;
      };
      const count = isOldKnown ? await parts.takeTurn(() => store.forgetBefore(before, leave)) : 0;
      if (count > 0) log.info('replays were kept long enough and are deleted', { count });
      if (!isAllGone) return 'failed';
      health.works(part);
      return 'done';
    } catch (error) {
      if (!(error instanceof WeirError)) throw error;
      health.fails(part, error.code);
      log.warn('replays that were kept long enough, or their topics, can not be deleted', { error });
      return 'failed';
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      isPoked = false;
      const outcome = await round();
      nap = new AbortController();
      if (isPoked) continue;
      const signal = AbortSignal.any([stopping.signal, nap.signal]);
      const delayMs = outcome === 'done' ? everyMs : againMs;
      await sleep(delayMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
  const done = run();
  done.catch(() => undefined);
  return {
    poke: () => {
      isPoked = true;
      nap.abort();
    },
    done,
    stop: async () => {
      stopping.abort();
      await done.catch(() => undefined);
    },
  };
}
