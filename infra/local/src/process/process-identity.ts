import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const psDeadlineMs = 5_000;

/**
 * One process of this machine. A pid alone is given to another process some
 * time after its owner is gone; together with the start time it is not.
 */
export type ProcessIdentity = {
  readonly pid: number;
  /** Opaque: only compared for equality, on the machine that wrote it. */
  readonly startedAt: string;
};

/** The identity of the process that has this pid now; undefined when none has, or it is a zombie. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether that very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startedAt === identity.startedAt;
}

/** proc(5): field 3 is the state, field 22 the start time in ticks since boot. */
function startTimeFromProc(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the command in parentheses and may hold spaces itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTicks = fields[19];
  if (fields[0] === 'Z' || fields[0] === 'X' || startTicks === undefined) return undefined;
  return `${bootId()}/${startTicks}`;
}

/** Ticks count from boot, so the same number can come again after the next one. */
function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function startTimeFromPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      timeout: psDeadlineMs,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    if (line === '' || line.startsWith('Z')) return undefined;
    return line.slice(line.indexOf(' ') + 1).trim();
  } catch {
    return undefined;
  }
}
