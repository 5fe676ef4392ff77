import { WeirError } from '@weir/contracts';
import { backoffDelayMs } from '@weir/runtime';

/** The time, and waiting. On a virtual clock both are the test's. */
export type Clock = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after so long, or as soon as `signal` aborts. Never rejects. */
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>;
};

export type DueLoop = {
  /** Something may be due at once: the next round begins without waiting. */
  readonly nudge: () => void;
  /** Resolves once stopped; rejects with what no waiting helps against. */
  readonly done: Promise<void>;
  /** Starts no further round, and resolves when the one that runs has ended. Never rejects. */
  readonly stop: () => Promise<void>;
};

/** However quiet it is, so often is looked: another process may have written what is due, and stopped. */
const longestWaitMs = 30_000;

const backoff = { baseDelayMs: 500, maxDelayMs: 30_000 };

/**
 * Runs one round after the other, and waits in between until the time that the round named, or a nudge.
 * A round that throws a WeirError whose recovery is retry is tried again after a pause that no nudge
 * shortens; anything else ends the loop.
 */
export function startDueLoop(options: {
  readonly clock: Clock;
  /** Answers when the next round has to begin at the latest, in ms since the epoch; at once where that is past. */
  readonly round: (nowMs: number) => Promise<number>;
  readonly onRetry: (error: WeirError, delayMs: number) => void;
  readonly random: () => number;
}): DueLoop {
  const { clock, round, onRetry, random } = options;
  const stopping = new AbortController();
  let nudged = false;
  let waking = new AbortController();

  async function waitUntil(atMs: number): Promise<void> {
    const delayMs = Math.min(atMs - clock.now(), longestWaitMs);
    if (delayMs <= 0 || nudged || stopping.signal.aborted) return;
    waking = new AbortController();
    await clock.wait(delayMs, waking.signal);
  }

  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted;) {
      nudged = false;
      try {
        const nextAtMs = await round(clock.now());
        failures = 0;
        await waitUntil(nextAtMs);
      } catch (error) {
        if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
        failures += 1;
        const delayMs = backoffDelayMs(Math.min(failures, 30), { ...backoff, random });
        onRetry(error, delayMs);
        await clock.wait(delayMs, stopping.signal);
      }
    }
  }

  const done = run();
  // Whoever composes the process awaits it; until then it must not count as unheard.
  done.catch(() => undefined);
  return {
    nudge: () => {
      nudged = true;
      waking.abort();
    },
    done,
    stop: async () => {
      stopping.abort();
      waking.abort();
      await done.catch(() => undefined);
    },
  };
}
