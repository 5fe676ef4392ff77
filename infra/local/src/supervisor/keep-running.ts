import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../install/install-once.ts';
import { LocalError } from '../local-error.ts';
import { describeExit, startProcess } from '../process/owned-process.ts';
import type { OwnedProcess, ProcessExit } from '../process/owned-process.ts';
import type { ProcessIdentity } from '../process/process-identity.ts';
import { waitUntilReady } from '../process/readiness.ts';
import { pointToLog } from '../process/rolling-log.ts';
import type { ProcessPlan } from './process-plan.ts';
import { decideRestart } from './restart-policy.ts';
import type { RestartPolicy } from './restart-policy.ts';

/** A process that is started again whenever it ends, until it is stopped or given up on. */
export type KeptProcess = {
  readonly plan: ProcessPlan;
  /** Resolves when it is ready for the first time; rejects with LocalError when it is given up on or stopped before. */
  readonly ready: Promise<void>;
  /** Resolves with the reason when it is given up on; stays pending otherwise. */
  readonly gaveUp: Promise<LocalError>;
  readonly snapshot: () => KeptProcessSnapshot;
  /** Idempotent; nothing is started any more afterwards. */
  readonly stop: (graceMs: number) => Promise<void>;
};

export type KeptProcessSnapshot = {
  readonly identity: ProcessIdentity | undefined;
  readonly ready: boolean;
  readonly restarts: number;
};

/**
 * Starts the plan's process and keeps it running. `onChange` is called after
 * every start, so that the state on disk names the child before anything can
 * happen to us.
 */
export function keepRunning(options: {
  readonly plan: ProcessPlan;
  readonly logFile: string;
  readonly policy: RestartPolicy;
  readonly onProgress: Progress;
  readonly onChange: () => void;
}): KeptProcess {
  const { plan, logFile } = options;
  const firstReady = Promise.withResolvers<void>();
  const gaveUp = Promise.withResolvers<LocalError>();
  const stopping = new AbortController();
  const failuresMs: number[] = [];
  let child: OwnedProcess | undefined;
  let isReady = false;
  let restarts = 0;
  // Whoever waits for readiness sees the rejection; nobody has to.
  firstReady.promise.catch(() => undefined);

  /** Resolves when the process is gone, with how it ended and that in words. */
  const runOnce = async (): Promise<{ readonly exit: ProcessExit; readonly why: string }> => {
    child = startProcess({ ...plan, logFile });
    options.onChange();
    const outcome = await waitUntilReady({ child, readiness: plan.ready, deadlineMs: plan.readyDeadlineMs });
    if (outcome.kind === 'ready') {
      isReady = true;
      options.onChange();
      firstReady.resolve();
    } else {
      await child.kill();
    }
    const exit = await child.exited;
    isReady = false;
    return { exit, why: outcome.kind === 'ready' ? describeExit(exit) : outcome.why };
  };

  const loop = async (): Promise<void> => {
    for (;;) {
      const { exit, why } = await runOnce();
      if (stopping.signal.aborted) return;
      failuresMs.push(performance.now());
      if (failuresMs.length > options.policy.mostFailures) failuresMs.shift();
      const decision = decideRestart(exit, failuresMs, options.policy);
      if (decision.kind === 'giveUp') {
        const error = new LocalError(
          'gave_up',
          `${plan.name} ${why} and is given up on, because ${decision.why}; ${pointToLog(logFile)}`,
        );
        firstReady.reject(error);
        gaveUp.resolve(error);
        return;
      }
      options.onProgress(
        `${plan.name} ${why}; it is started again in ${decision.delayMs} ms (log: ${logFile})`,
      );
      await delay(decision.delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      restarts += 1;
    }
  };
  const ended = loop();

  return {
    plan,
    ready: firstReady.promise,
    gaveUp: gaveUp.promise,
    snapshot: () => ({ identity: child?.identity, ready: isReady, restarts }),
    stop: async (graceMs) => {
      stopping.abort();
      firstReady.reject(new LocalError('stopped', `${plan.name} was stopped before it was ready.`));
      await child?.stop(graceMs);
      await ended;
    },
  };
}
