import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../install/install-once.ts';
import { isRunning } from '../process/process-identity.ts';
import type { ProcessIdentity } from '../process/process-identity.ts';
import { readState } from './state-file.ts';

const graceMs = 5_000;
const pollEveryMs = 50;

/**
 * Stops the processes that a killed supervisor of this home has left behind,
 * last started first. They are recognised by pid and start time, so a pid that
 * has since been given to something else is left alone. To be called only by
 * the holder of the home's lock.
 */
export async function stopLeftovers(home: string, onProgress: Progress): Promise<void> {
  for (const leftover of (readState(home)?.processes ?? []).toReversed()) {
    if (!isRunning(leftover)) continue;
    onProgress(`Stopping ${leftover.name} (process ${leftover.pid}), left behind by an earlier run`);
    await stopByIdentity(leftover);
  }
}

async function stopByIdentity(identity: ProcessIdentity): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(identity.pid, signal);
    } catch {
      // It ended between the look and the signal.
    }
    for (let waitedMs = 0; waitedMs < graceMs; waitedMs += pollEveryMs) {
      if (!isRunning(identity)) return;
      await delay(pollEveryMs);
    }
  }
}
