import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

const SQLITE_BUSY = 5;
const pollEveryMs = 100;

/** A lock that is held. Releasing it twice is harmless. */
export type HeldLock = { readonly release: () => void };

/**
 * Takes the lock at `path`, or answers undefined when another process, or
 * another caller in this one, holds it.
 *
 * The lock is the exclusive lock of an empty SQLite file: the operating system
 * drops it when its owner dies, however it dies. A file naming a pid would have
 * to be judged stale, and two judges can both be right and both take it.
 */
export function tryLock(path: string): HeldLock | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  let held = true;
  return {
    release: () => {
      if (!held) return;
      held = false;
      database.close();
    },
  };
}

/**
 * Waits for the lock at `path` until `deadlineMs` have passed; undefined when
 * it was never free. `onWait` is called once, when the first try found it held.
 */
export async function waitForLock(
  path: string,
  options: { readonly deadlineMs: number; readonly onWait: () => void },
): Promise<HeldLock | undefined> {
  const tries = Math.ceil(options.deadlineMs / pollEveryMs);
  for (let attempt = 0; attempt <= tries; attempt += 1) {
    const lock = tryLock(path);
    if (lock !== undefined) return lock;
    if (attempt === 0) options.onWait();
    await delay(pollEveryMs);
  }
  return undefined;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
