import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isRunning, javaVersion, readState } from '@weir/local';
import { limits } from '../limits.ts';
import type { MachineFacts, ProcessFacts } from '../judge/judge-machine.ts';

const run = promisify(execFile);

/** How much room there is where a folder is; injected by tests, since no disk is filled for one. */
export type FreeBytesOf = (folder: string) => Promise<number>;

export const freeBytesOf: FreeBytesOf = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

export async function probeMachine(options: {
  /** Undefined where only the environment is looked at, and no local part is run. */
  readonly home: string | undefined;
  readonly usesLocalKafka: boolean;
  readonly freeBytesOf: FreeBytesOf;
}): Promise<MachineFacts> {
  const { home } = options;
  const folders =
    home === undefined
      ? [process.cwd()]
      : [home, join(home, 'kafka'), join(home, 'redis')].filter(existsSync);
  const disks = (folders.length === 0 && home !== undefined ? [nearestThere(home)] : folders).map(
    async (folder) => ({ folder, freeBytes: await options.freeBytesOf(folder) }),
  );
  return {
    nodeVersion: process.versions.node,
    javaMajor: options.usesLocalKafka ? await findJava() : 'unused',
    availableBytes: freemem(),
    openFiles: openFilesLimit(),
    disks: await Promise.all(disks),
  };
}

/** Before the first start there is no home, and its disk is that of the folder it will lie in. */
function nearestThere(folder: string): string {
  return existsSync(folder) ? folder : nearestThere(dirname(folder));
}

async function findJava(): Promise<number | undefined> {
  try {
    // It writes its version to standard error.
    const { stdout, stderr } = await run('java', ['-version'], { timeout: limits.probeMs });
    return javaVersion(stdout + stderr);
  } catch {
    return undefined;
  }
}

/** proc(5): the soft limit stands first. */
function openFilesLimit(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const soft = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return soft === 'unlimited' ? Infinity : Number(soft);
}

/** What the supervisor of this home last wrote, held against the processes there are. */
export function probeProcesses(home: string): ProcessFacts {
  const state = readState(home);
  return {
    supervisorRuns: state !== undefined && isRunning(state.supervisor),
    parts: (state?.processes ?? []).map(({ name, pid, startedAt, ready }) => ({
      name,
      runs: isRunning({ pid, startedAt }),
      ready,
    })),
  };
}
