import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const motoVersion = '5.2.5';
const installTimeoutMs = 300_000;
const startTimeoutMs = 60_000;
const home = join(import.meta.dirname, '../../../.weir/venv', `moto-${motoVersion}`);

/**
 * Starts moto, a KMS written by others, as a second opinion on the protocol. The
 * first start on a machine installs it from PyPI into a virtual environment that
 * later ones use again. It forgets everything when stopped.
 */
export async function startMoto(): Promise<{
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}> {
  await install();
  const server = spawn(join(home, 'bin/moto_server'), ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(server, 'exit');
  const stop = async () => {
    server.kill('SIGKILL');
    await exited;
  };
  try {
    return { endpoint: await announcedEndpoint(server), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function install(): Promise<void> {
  const installed = join(home, 'installed');
  if (existsSync(installed)) return;
  // Without the mark an earlier installation was cut short, and half of one is worse than none.
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  const run = (command: string, args: readonly string[]) =>
    promisify(execFile)(command, args, { timeout: installTimeoutMs });
  await run('python3', ['-m', 'venv', home]);
  await run(join(home, 'bin/pip'), ['install', '--quiet', `moto[kms,server]==${motoVersion}`]);
  await writeFile(installed, '');
}

/** moto takes a free port itself and says which on stderr, before it answers on it. */
function announcedEndpoint(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => {
      reject(new Error(`moto did not start in ${String(startTimeoutMs)} ms: ${said}`));
    }, startTimeoutMs);
    server.once('exit', () => {
      clearTimeout(timer);
      reject(new Error(`moto ended at its start: ${said}`));
    });
    server.once('error', reject);
    server.stderr?.on('data', (chunk: Buffer) => {
      // Its log goes on for as long as it runs, and only the first lines matter.
      if (said.length < 10_000) said += chunk.toString();
      const endpoint = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (endpoint === undefined) return;
      clearTimeout(timer);
      resolve(endpoint);
    });
  });
}
