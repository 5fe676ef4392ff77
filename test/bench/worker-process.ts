import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

const logLimitBytes = 65_536;
const stopGraceMs = 15_000;

/** A worker under test, in a process of its own. */
export type WorkerProcess = {
  readonly name: string;
  readonly pid: number;
  readonly stdin: NodeJS.WritableStream | undefined;
  /** Resolves when it has ended by itself or was stopped. */
  readonly exited: Promise<number | null>;
  /** SIGTERM, and SIGKILL where that does not end it. Throws where it did not end well. */
  readonly stop: () => Promise<void>;
  /** SIGKILL, as a machine that goes away. */
  readonly kill: () => Promise<void>;
};

/** Starts a program of ours; it ends with this process at the latest. */
export function startWorkerProcess(options: {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly takesInput?: boolean;
}): WorkerProcess {
  const { name } = options;
  const child = spawn(process.execPath, [...options.args], {
    env: { ...options.env, PATH: process.env['PATH'] },
    stdio: [options.takesInput === true ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  if (child.pid === undefined) throw new Error(`${name} could not be started`);
  let log = '';
  const keep = (stream: Readable | null): void => {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-logLimitBytes);
    });
  };
  keep(child.stdout);
  keep(child.stderr);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  let stopping = false;
  const exited = once(child, 'close').then(([code]) => {
    process.off('exit', kill);
    if (!stopping && code !== 0) process.stderr.write(`${name} ended with ${String(code)}\n${log}\n`);
    return code as number | null;
  });
  return {
    name,
    pid: child.pid,
    stdin: child.stdin ?? undefined,
    exited,
    kill: async () => {
      stopping = true;
      kill();
      await exited;
    },
    stop: async () => {
      stopping = true;
      child.kill('SIGTERM');
      const timer = setTimeout(kill, stopGraceMs);
      const code = await exited;
      clearTimeout(timer);
      if (code !== 0) throw new Error(`${name} ended with ${String(code)} when it was stopped\n${log}`);
    },
  };
}
