import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { childEnvironment } from './child-environment.ts';
import type { CommandLine } from './command-line.ts';
import { identifyProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { openRollingLog } from './rolling-log.ts';

/** How a process ended: with a code, by a signal, or because it could not be started at all. */
export type ProcessExit =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'notStarted'; readonly reason: string };

/** A child process of this one, which is stopped with it. */
export type OwnedProcess = {
  readonly name: string;
  /** Undefined when the process could not be started. */
  readonly identity: ProcessIdentity | undefined;
  readonly exited: Promise<ProcessExit>;
  readonly hasExited: () => boolean;
  /** SIGTERM, then SIGKILL after `graceMs`; resolves when it is gone. Idempotent. */
  readonly stop: (graceMs: number) => Promise<void>;
  /** SIGKILL at once; resolves when it is gone. */
  readonly kill: () => Promise<void>;
};

/**
 * Ends when its standard input does, which the operating system closes with
 * this process however it dies, and takes the child along.
 */
const watchdogScript = 'cat >/dev/null; kill -KILL "$0" 2>/dev/null';

/**
 * Starts a child process in its own process group, so that Ctrl-C in the
 * terminal reaches only this process and the order of stopping stays ours.
 * A child with `ipc` gets a Node channel and ends itself when that closes; any
 * other gets a watchdog that kills it. Neither outlives this process.
 */
export function startProcess(
  options: CommandLine & {
    readonly name: string;
    readonly env: Readonly<Record<string, string>>;
    readonly logFile: string;
    readonly ipc: boolean;
  },
): OwnedProcess {
  const log = openRollingLog(options.logFile);
  const child = spawn(options.command, [...options.args], {
    env: childEnvironment(process.env, options.env),
    stdio: ['ignore', 'pipe', 'pipe', ...(options.ipc ? (['ipc'] as const) : [])],
    detached: true,
  });
  child.stdout?.on('data', log.write);
  child.stderr?.on('data', log.write);
  const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
  const watchdog = child.pid === undefined || options.ipc ? undefined : startWatchdog(child.pid);
  const killNow = (): void => void child.kill('SIGKILL');
  killAtExit(killNow);
  let gone = false;
  const exited = exitOf(child).then((exit) => {
    gone = true;
    kills.delete(killNow);
    watchdog?.kill('SIGKILL');
    log.close();
    return exit;
  });
  const kill = async (): Promise<void> => {
    killNow();
    await exited;
  };
  return {
    name: options.name,
    identity,
    exited,
    hasExited: () => gone,
    kill,
    stop: async (graceMs) => {
      child.kill('SIGTERM');
      const timer = new AbortController();
      const late = delay(graceMs, 'late', { signal: timer.signal }).catch(() => 'aborted');
      const first = await Promise.race([exited, late]);
      timer.abort();
      if (first === 'late') await kill();
    },
  };
}

const kills = new Set<() => void>();

/** Before any other exit listener, so that nobody removes the folder of a process that still writes to it. */
function killAtExit(killNow: () => void): void {
  if (kills.size === 0 && !process.listeners('exit').includes(killAll))
    process.prependListener('exit', killAll);
  kills.add(killNow);
}

function killAll(): void {
  for (const killNow of kills) killNow();
}

function startWatchdog(pid: number): ChildProcess {
  const watchdog = spawn('sh', ['-c', watchdogScript, String(pid)], {
    env: childEnvironment(process.env, {}),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.once('error', () => undefined);
  watchdog.unref();
  return watchdog;
}

function exitOf(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ kind: 'notStarted', reason: error.message });
    });
    child.once('close', (code, signal) => {
      if (signal !== null) resolve({ kind: 'signal', signal });
      else resolve({ kind: 'code', code: code ?? 0 });
    });
  });
}

/** An exit in a few words, for a sentence a person reads. */
export function describeExit(exit: ProcessExit): string {
  switch (exit.kind) {
    case 'code':
      return `ended with exit code ${exit.code}`;
    case 'signal':
      return `was ended by ${exit.signal}`;
    case 'notStarted':
      return `could not be started (${exit.reason})`;
  }
}
