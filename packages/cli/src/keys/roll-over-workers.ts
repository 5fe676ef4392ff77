import { setTimeout as sleep } from 'node:timers/promises';
import { roles } from '@weir/contracts';
import { isRunning } from '@weir/local';
import type { StackState } from '@weir/local';
import { runningStack } from '../local/stack-session.ts';
import { readMetrics } from '../local/worker-metrics.ts';

/** Reading a file and dropping keys takes no time; a worker that is busy may take some to hear. */
const confirmDeadlineMs = 20_000;
const lookAgainMs = 100;
const requestTimeoutMs = 2_000;

type Worker = StackState['processes'][number];

/** What became of the signal in one worker. */
export type RollOver = {
  readonly worker: string;
  /** `refused`: it has read its file of keys and goes on with the keys before. */
  readonly outcome: 'done' | 'refused' | 'unconfirmed';
};

type Reading = { readonly rollOvers: number; readonly isFileRefused: boolean };

/**
 * Has every worker of the local stack take over its keys and new data keys, by SIGHUP to the very
 * process that the supervisor started, and waits until the worker's own metrics say that it has.
 */
export async function rollOverWorkers(home: string): Promise<readonly RollOver[]> {
  const state = runningStack(home);
  const workers = (state?.processes ?? []).filter(({ name }) => roles.some((role) => role === name));
  return Promise.all(workers.map((worker) => rollOver(home, worker)));
}

async function rollOver(home: string, worker: Worker): Promise<RollOver> {
  let before: Reading | undefined;
  const deadline = AbortSignal.timeout(confirmDeadlineMs);
  while (!deadline.aborted) {
    const now = await readKeyState(home, worker.name);
    // One that the supervisor has started since has read the file when it started.
    const isAnother = !isRunning(worker);
    if (now !== undefined && (isAnother || (before !== undefined && now.rollOvers > before.rollOvers))) {
      return { worker: worker.name, outcome: now.isFileRefused ? 'refused' : 'done' };
    }
    // Not before it answers: Node ends a process that has no ear for SIGHUP yet.
    if (now !== undefined && before === undefined) {
      before = now;
      signal(worker);
    }
    await sleep(lookAgainMs);
  }
  return { worker: worker.name, outcome: 'unconfirmed' };
}

function signal(worker: Worker): void {
  try {
    // A pid may belong to somebody else by now; together with the start time it can't.
    if (isRunning(worker)) process.kill(worker.pid, 'SIGHUP');
  } catch {
    // It ended in this moment, and its successor is looked for.
  }
}

/** Undefined where the worker can't be asked just now. */
async function readKeyState(home: string, worker: string): Promise<Reading | undefined> {
  const address = runningStack(home)?.addresses[`${worker.toUpperCase()}_URL`];
  const metrics = await readMetrics(address, requestTimeoutMs);
  return metrics === undefined ? undefined : readingIn(metrics);
}

/** What a worker's metrics say of its keys; undefined where they say nothing. */
export function readingIn(metrics: string): Reading | undefined {
  const value = (name: string): number | undefined => {
    const found = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)$`, 'm').exec(metrics)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const rollOvers = value('weir_kms_roll_overs_total');
  return rollOvers === undefined
    ? undefined
    : { rollOvers, isFileRefused: value('weir_kms_keys_file_refused') === 1 };
}
