import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pickFreePort } from '@weir/local';

/** A program of ours as a process of its own. */
export type TestProgram = {
  /** Everything it has printed. */
  readonly log: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Signals the process and waits for its end. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
  readonly exited: Promise<number | null>;
};

/** A worker, which also answers over HTTP. */
export type TestWorker = TestProgram & {
  /** Status 0 where it doesn't answer. */
  readonly get: (path: string) => Promise<{ readonly status: number; readonly body: string }>;
};

type ProgramOptions = {
  /** As a supervisor would run it. */
  readonly supervised?: boolean;
  /** No file it writes may get larger: what lies behind is refused, as on a disk that is full. */
  readonly largestFileBytes?: number;
};

/** A shell counts the sizes of files in these. */
const blockBytes = 512;

/** Runs a script with this environment and nothing else but the PATH. */
export function startProgram(
  script: URL,
  env: Readonly<Record<string, string>>,
  { supervised, largestFileBytes }: ProgramOptions = {},
): TestProgram {
  const command = [process.execPath, fileURLToPath(script)] as const;
  const limited = (bytes: number): [string, ...string[]] => [
    '/bin/sh',
    ...['-c', `ulimit -f ${Math.floor(bytes / blockBytes)}; exec "$0" "$@"`, ...command],
  ];
  const [file, ...args] = largestFileBytes === undefined ? command : limited(largestFileBytes);
  const child = spawn(file, args, {
    env: { ...env, PATH: process.env['PATH'] },
    stdio: supervised === true ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  // A test that fails must not leave a process behind.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'close').then(([code]) => {
    process.off('exit', kill);
    return code as number | null;
  });
  return {
    log: () => log,
    signal: (signal) => void child.kill(signal),
    end: (signal) => {
      child.kill(signal);
      return exited;
    },
    exited,
  };
}

/** Runs a worker's main.ts as its supervisor would, with HTTP on a free port. */
export async function startTestWorker(
  main: URL,
  env: Readonly<Record<string, string>>,
  options: Pick<ProgramOptions, 'largestFileBytes'> = {},
): Promise<TestWorker> {
  const port = await pickFreePort();
  const program = startProgram(main, { ...env, HTTP_PORT: String(port) }, { ...options, supervised: true });
  return {
    ...program,
    get: async (path) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
      return { status: answer?.status ?? 0, body: (await answer?.text()) ?? '' };
    },
  };
}
