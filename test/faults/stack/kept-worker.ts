import { describeExit, nodeMain, startProcess } from '@weir/local';
import type { OwnedProcess } from '@weir/local';
import { exitCodes } from '@weir/runtime';
import { readKmsFailures } from './read-kms-failures.ts';

/** A worker of Weir's that is started again when it ends by itself, as a supervisor would, unless it is told to be away. */
export type KeptWorker = {
  readonly name: string;
  /** Starts it where it is away. */
  readonly start: () => void;
  /** SIGKILL; it stays away until `start`. */
  readonly kill: () => Promise<void>;
  /** SIGTERM, and SIGKILL where that takes too long; it stays away until `start`. */
  readonly stop: () => Promise<void>;
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly isReady: () => Promise<boolean>;
  readonly isRunning: () => boolean;
  /** How often the process that runs now has asked the KMS in vain; 0 where it tells nothing. */
  readonly kmsFailures: () => Promise<number>;
};

/** What a worker did that nobody told it to. `gaveUp`: it said that starting it again is of no use. */
export type WorkerEnd = { readonly name: string; readonly how: string; readonly gaveUp: boolean };

const restartDelayMs = 500;
const stopGraceMs = 10_000;
const askMs = 1_000;

export function createKeptWorker(options: {
  readonly name: string;
  readonly main: string;
  /** Where it tells its health. */
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly onEnd: (end: WorkerEnd) => void;
}): KeptWorker {
  const { name } = options;
  let child: OwnedProcess | undefined;
  let isWanted = false;

  function start(): void {
    isWanted = true;
    if (child !== undefined) return;
    const started = startProcess({
      name,
      command: process.execPath,
      args: nodeMain(options.main),
      env: { ...options.env, HTTP_PORT: String(options.port) },
      logFile: options.logFile,
      // Without a channel it gets a watchdog, which ends it also while it is stopped.
      ipc: false,
    });
    child = started;
    void started.exited.then((exit) => {
      if (child === started) child = undefined;
      if (!isWanted) return;
      const gaveUp =
        exit.kind === 'code' &&
        (exit.code === exitCodes.halted || exit.code === exitCodes.configurationInvalid);
      options.onEnd({ name, how: describeExit(exit), gaveUp });
      if (gaveUp) isWanted = false;
      else setTimeout(() => isWanted && start(), restartDelayMs);
    });
  }
  const send = (signal: NodeJS.Signals): void => {
    const pid = child?.identity?.pid;
    if (pid !== undefined && child?.hasExited() === false) process.kill(pid, signal);
  };
  return {
    name,
    start,
    kill: async () => {
      isWanted = false;
      await child?.kill();
    },
    stop: async () => {
      isWanted = false;
      await child?.stop(stopGraceMs);
    },
    freeze: () => send('SIGSTOP'),
    thaw: () => send('SIGCONT'),
    isRunning: () => child !== undefined,
    kmsFailures: () => readKmsFailures(options.port),
    isReady: async () => {
      const url = `http://127.0.0.1:${options.port}/readyz`;
      const response = await fetch(url, { signal: AbortSignal.timeout(askMs) }).catch(() => undefined);
      await response?.body?.cancel();
      return response?.ok === true;
    },
  };
}
