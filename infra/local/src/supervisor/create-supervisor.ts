import { join } from 'node:path';
import { ensurePrivateFolder } from '../home.ts';
import type { Progress } from '../install/install-once.ts';
import { LocalError } from '../local-error.ts';
import { tryLock } from '../process/os-lock.ts';
import { identifyProcess } from '../process/process-identity.ts';
import { keepRunning } from './keep-running.ts';
import type { KeptProcess } from './keep-running.ts';
import type { ProcessPlan } from './process-plan.ts';
import { defaultRestartPolicy } from './restart-policy.ts';
import type { RestartPolicy } from './restart-policy.ts';
import { startLevels } from './start-order.ts';
import { readState, writeState } from './state-file.ts';
import type { StackState } from './state-file.ts';
import { stopLeftovers } from './stop-leftovers.ts';

/** Stopping everything takes at most this long. */
const stopBudgetMs = 10_000;
/** Of it, so much is kept for the kills themselves. */
const killReserveMs = 1_000;

/** Starts the processes of one home and keeps them running. */
export type Supervisor = {
  /**
   * Starts processes in the order of their dependencies and resolves when all
   * are ready. May be called again with more. Rejects with LocalError
   * `gave_up` when one of them is given up on, or `stopped` when `stop` was
   * called meanwhile; everything is stopped by then.
   */
  readonly start: (
    plans: readonly ProcessPlan[],
    addresses: Readonly<Record<string, string>>,
  ) => Promise<void>;
  /** Resolves with the reason, after everything was stopped, when a running process is given up on. */
  readonly failed: Promise<LocalError>;
  readonly state: () => StackState;
  /** Stops everything in reverse order within ten seconds and frees the home. Idempotent. */
  readonly stop: () => Promise<void>;
};

/**
 * Takes the home for this process and stops what a killed predecessor left.
 *
 * Throws LocalError `already_running` when another process has the home.
 */
export async function createSupervisor(options: {
  readonly home: string;
  readonly onProgress: Progress;
  readonly policy?: RestartPolicy;
}): Promise<Supervisor> {
  const { home, onProgress } = options;
  const lock = tryLock(join(ensurePrivateFolder(home, 'run'), 'supervisor.lock'));
  if (lock === undefined) throw alreadyRunning(home);
  await stopLeftovers(home, onProgress);

  const levels: KeptProcess[][] = [];
  const addresses: Record<string, string> = {};
  const failed = Promise.withResolvers<LocalError>();
  const self = identifyProcess(process.pid) ?? { pid: process.pid, startedAt: '' };
  let stopped: Promise<void> | undefined;

  const state = (): StackState => ({
    supervisor: self,
    processes: levels.flat().flatMap((kept) => {
      const { identity, ready, restarts } = kept.snapshot();
      return identity === undefined ? [] : [{ name: kept.plan.name, ...identity, ready, restarts }];
    }),
    addresses: { ...addresses },
  });
  const save = (): void => {
    if (stopped === undefined) writeState(home, state());
  };
  const stop = (): Promise<void> => {
    stopped ??= stopLevels(levels, onProgress).finally(() => {
      writeState(home, { ...state(), processes: [] });
      lock.release();
    });
    return stopped;
  };
  const stopBecause = async (error: LocalError): Promise<void> => {
    await stop();
    failed.resolve(error);
  };

  const startLevel = async (level: readonly ProcessPlan[]): Promise<void> => {
    const kept: KeptProcess[] = [];
    levels.push(kept);
    for (const plan of level) {
      onProgress(`Starting ${plan.name}`);
      const logFile = join(ensurePrivateFolder(home, 'logs'), `${plan.name}.log`);
      const policy = options.policy ?? defaultRestartPolicy;
      const one = keepRunning({ plan, logFile, policy, onProgress, onChange: () => queueMicrotask(save) });
      kept.push(one);
      void one.gaveUp.then(stopBecause);
    }
    await Promise.all(kept.map((one) => one.ready));
  };

  return {
    failed: failed.promise,
    state,
    stop,
    start: async (plans, reachedAt) => {
      Object.assign(addresses, reachedAt);
      for (const level of startLevels(plans)) {
        if (stopped !== undefined) throw stoppedWhileStarting();
        try {
          await startLevel(level);
        } catch (error) {
          await stop();
          throw error;
        }
      }
    },
  };
}

async function stopLevels(levels: readonly (readonly KeptProcess[])[], onProgress: Progress): Promise<void> {
  const endMs = performance.now() + stopBudgetMs - killReserveMs;
  for (const [index, level] of [...levels.entries()].toReversed()) {
    onProgress(`Stopping ${level.map((kept) => kept.plan.name).join(', ')}`);
    // What a level does not use of its share is left to those below it.
    const graceMs = Math.max(100, (endMs - performance.now()) / (index + 1));
    await Promise.all(level.map((kept) => kept.stop(graceMs)));
  }
}

export const stoppedWhileStarting = (): LocalError =>
  new LocalError('stopped', 'The stack was stopped while it started.');

function alreadyRunning(home: string): LocalError {
  const owner = readState(home)?.supervisor.pid;
  return new LocalError(
    'already_running',
    `Weir already runs from ${home}${owner === undefined ? '' : ` as process ${owner}`}: stop it first, or set WEIR_HOME to another folder.`,
  );
}
