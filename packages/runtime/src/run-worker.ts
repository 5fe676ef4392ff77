import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts';
import { createLogger, type Logger } from './logging/create-logger.ts';
import { workerFields } from './config/worker-fields.ts';

/** A worker that has started. */
export type RunningWorker = {
  /** Settles when the worker has no more work; rejects when it can't go on. */
  readonly done: Promise<void>;
  /** Closes everything, in reverse order of opening. Called exactly once, whatever ended the worker. */
  readonly stop: () => Promise<void>;
  /**
   * Takes over what has changed outside, such as keys; called for each SIGHUP. What it throws
   * is logged and ends nothing: it has left everything as it was.
   */
  readonly reload?: () => void;
};

type StartWorker = (context: { readonly signal: AbortSignal }) => Promise<RunningWorker>;

/** How a run ended: `error` is the one that decided the exit code. */
type Ending = { readonly exitCode: ExitCode; readonly error?: unknown };

/**
 * The frame of every main.ts. `start` parses the configuration and composes
 * the worker; SIGHUP has it take over what has changed outside; SIGTERM, SIGINT and the loss of the supervisor that forked the
 * process abort `signal` and stop it. It then has SHUTDOWN_TIMEOUT_MS to end.
 *
 * Always ends the process, with a code of `exitCodes`; any but 0 is explained
 * by one fatal log line.
 */
export async function runWorker(options: {
  readonly name: string;
  readonly start: StartWorker;
}): Promise<never> {
  const log = createLogger({ service: options.name, level: 'info' });
  endOnUncaughtError(log);
  endOnIdleLoop(log);

  const stopping = new AbortController();
  const stopRequested = listenForStop((signal) => {
    log.info('the worker was asked to stop', { signal });
    stopping.abort();
  });
  const reloads = listenForReload(log);
  const start: StartWorker = async (context) => {
    const worker = await options.start(context);
    reloads.offerTo(worker);
    return worker;
  };
  const ending = await Promise.race([
    runToItsEnd(start, stopping.signal, stopRequested, log),
    stopRequested.then(() => overdueAfter(shutdownTimeoutMs())),
  ]);
  return end(ending, log);
}

async function runToItsEnd(
  start: StartWorker,
  signal: AbortSignal,
  stopRequested: Promise<void>,
  log: Logger,
): Promise<Ending> {
  let worker: RunningWorker;
  try {
    worker = await start({ signal });
  } catch (error) {
    return endingOf(error, signal);
  }
  const done = worker.done.then(
    (): Ending => ({ exitCode: exitCodes.stopped }),
    (error: unknown) => endingOf(error, signal),
  );
  const whileRunning = await Promise.race([done, stopRequested.then(() => undefined)]);
  // A worker that failed may hang while it closes, so its stop has the same bound.
  const stopped = await Promise.race([closeWorker(worker, log), overdueAfter(shutdownTimeoutMs())]);
  if (whileRunning !== undefined && whileRunning.exitCode !== exitCodes.stopped) return whileRunning;
  if (stopped.exitCode !== exitCodes.stopped) return stopped;
  // Work that was cut short by the stop settles now, and may still have failed.
  return whileRunning ?? done;
}

async function closeWorker(worker: RunningWorker, log: Logger): Promise<Ending> {
  try {
    await worker.stop();
    return { exitCode: exitCodes.stopped };
  } catch (error) {
    log.error('the worker could not close everything', { error });
    return { exitCode: exitCodeOf(error), error };
  }
}

/** Work that ends by the abort it was asked for has not failed. */
function endingOf(error: unknown, signal: AbortSignal): Ending {
  const cutShort = signal.aborted && error instanceof Error && error.name === 'AbortError';
  return cutShort ? { exitCode: exitCodes.stopped } : { exitCode: exitCodeOf(error), error };
}

/** Heard from the first moment on, because Node ends a process that has no ear for SIGHUP. */
function listenForReload(log: Logger): { readonly offerTo: (worker: RunningWorker) => void } {
  let started: RunningWorker | undefined;
  let askedEarly = false;
  const reload = (): void => {
    if (started === undefined) {
      askedEarly = true;
      return;
    }
    try {
      started.reload?.();
      log.info('the worker has reloaded what may change while it runs');
    } catch (error) {
      log.error('the reload was refused and the worker goes on as before: mend what error.message names', {
        error,
      });
    }
  };
  process.on('SIGHUP', reload);
  return {
    offerTo: (worker) => {
      started = worker;
      // It may have read the file that has changed before it changed.
      if (askedEarly) reload();
    },
  };
}

/** The first of SIGTERM, SIGINT and the loss of the IPC channel; later ones change nothing. */
function listenForStop(onRequest: (signal: 'SIGTERM' | 'SIGINT' | 'disconnect') => void): Promise<void> {
  return new Promise((resolve) => {
    let requested = false;
    const request = (signal: 'SIGTERM' | 'SIGINT' | 'disconnect') => (): void => {
      if (requested) return;
      requested = true;
      onRequest(signal);
      resolve();
    };
    process.on('SIGTERM', request('SIGTERM'));
    process.on('SIGINT', request('SIGINT'));
    if (process.send === undefined) return;
    process.on('disconnect', request('disconnect'));
    // The supervisor may have died while this process was still loading its modules.
    if (!process.connected) request('disconnect')();
  });
}

/** Read here and not handed in by the worker, so that a start that hangs is bounded too. */
function shutdownTimeoutMs(): number {
  const given = workerFields.SHUTDOWN_TIMEOUT_MS.safeParse(process.env['SHUTDOWN_TIMEOUT_MS'] || undefined);
  return given.success ? given.data : workerFields.SHUTDOWN_TIMEOUT_MS.parse(undefined);
}

function overdueAfter(timeoutMs: number): Promise<Ending> {
  return new Promise((resolve) => {
    setTimeout(resolve, timeoutMs, { exitCode: exitCodes.temporaryFailure });
  });
}

/**
 * Node would print the error with all its properties and causes, which may
 * hold a record, and exit with 1. This prints what may be printed and ends
 * with the same codes as everything else; it never lets the process live on.
 */
function endOnUncaughtError(log: Logger): void {
  process.once('uncaughtException', (error) => end({ exitCode: exitCodeOf(error), error }, log));
}

/** With no timer, socket or promise of the system's left, nothing can ever settle `done`: Node would exit with 13. */
function endOnIdleLoop(log: Logger): void {
  process.once('beforeExit', () => {
    end({ exitCode: exitCodes.internalBug, error: new Error('The worker waits for nothing.') }, log);
  });
}

function end(ending: Ending, log: Logger): never {
  try {
    explain(ending, log);
  } finally {
    process.exit(ending.exitCode);
  }
}

function explain({ exitCode, error }: Ending, log: Logger): void {
  const fields = { exitCode, ...(error === undefined ? {} : { error }) };
  switch (exitCode) {
    case exitCodes.stopped:
      return log.info('the worker has stopped', fields);
    case exitCodes.configurationInvalid:
      return log.fatal(
        'the configuration is invalid: correct the variables named in error.message, then start again',
        fields,
      );
    case exitCodes.temporaryFailure:
      return error === undefined
        ? log.fatal('the stop took longer than SHUTDOWN_TIMEOUT_MS: start again, positions are safe', fields)
        : log.fatal(
            'something outside stayed out of reach: check what error.code names, then start again',
            fields,
          );
    case exitCodes.halted:
      return log.fatal('a person has to act: follow the runbook of error.code, then start again', fields);
    case exitCodes.internalBug:
      return log.fatal('a bug or an unknown error: start again, and report it with this line', fields);
  }
}
