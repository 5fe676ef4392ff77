import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, resolveHome } from '@weir/local';
import { makeTempFolder } from '@weir/testkit';

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A command that runs, and all it has written so far. */
export type Running = {
  readonly pid: number;
  output(): string;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
};

/** The weir command as a person in a fresh home would run it, on free ports. */
export type WeirCommand = {
  readonly home: string;
  start(...args: readonly string[]): Running;
  run(...args: readonly string[]): Promise<Ended>;
  /** Runs and reads what it printed as JSON. */
  json(...args: readonly string[]): Promise<unknown>;
};

/** A home of its own that shares the installed parts of this machine and nothing else. */
export function weirIn(env: Readonly<Record<string, string>> = {}): WeirCommand {
  const folder = makeTempFolder('e2e');
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  symlinkSync(join(resolveHome(process.env), 'lib'), join(home, 'lib'));
  const start = (...args: readonly string[]): Running => {
    const child = spawn(process.execPath, [join(repositoryRoot, 'packages/cli/src/main.ts'), ...args], {
      env: {
        ...process.env,
        WEIR_HOME: home,
        WEIR_PORT_BASE: '0',
        NO_COLOR: '1',
        // Half of what a command costs is to compile it, and a test runs many.
        NODE_COMPILE_CACHE: join(folder, 'compiled'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    return {
      pid: child.pid ?? 0,
      output: () => stdout + stderr,
      signal: (name) => void child.kill(name),
      ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr })),
    };
  };
  const run = (...args: readonly string[]): Promise<Ended> => start(...args).ended;
  return {
    home,
    start,
    run,
    json: async (...args) => {
      const { stdout, stderr, code } = await run(...args);
      if (stdout === '') throw new Error(`weir ${args.join(' ')} ended with ${code} and printed: ${stderr}`);
      return JSON.parse(stdout) as unknown;
    },
  };
}
