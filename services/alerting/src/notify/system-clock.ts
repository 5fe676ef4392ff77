import { setTimeout as timer } from 'node:timers/promises';
import type { Clock } from './due-loop.ts';

/** The wall clock, and the timers of the process. */
export const systemClock: Clock = {
  now: Date.now,
  wait: async (delayMs, signal) => {
    try {
      await timer(delayMs, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  },
};
