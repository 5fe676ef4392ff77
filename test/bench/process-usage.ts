import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';

/** In what /proc counts the time of a process. */
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU time of a process so far, all its threads, user and system together, in ms (proc(5), /proc/PID/stat). */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the command comes second, in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

/** The most memory a process has had resident so far, in MiB (VmHWM of /proc/PID/status). */
export function peakResidentMbOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** From now on the most counts anew (proc(5), /proc/PID/clear_refs), and what making things ready took does not. */
export function forgetPeakResident(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** The processes that are looked at, by what they are to a reader: several may share a name. */
export type Watched = readonly { readonly name: string; readonly pid: number }[];

export type Usage = { readonly atMs: number; readonly cpuMs: ReadonlyMap<string, number> };

export function usageOf(watched: Watched): Usage {
  const cpuMs = new Map<string, number>();
  for (const { name, pid } of watched) cpuMs.set(name, (cpuMs.get(name) ?? 0) + cpuMsOf(pid));
  return { atMs: performance.now(), cpuMs };
}

/** CPU-ms per transaction by process name, and over all of them as `total`. */
export function cpuPerTransaction(from: Usage, to: Usage, transactions: number): Record<string, number> {
  const each = [...to.cpuMs].map(
    ([name, ms]) => [name, (ms - (from.cpuMs.get(name) ?? 0)) / transactions] as const,
  );
  const total = each.reduce((sum, [, ms]) => sum + ms, 0);
  return Object.fromEntries([...each, ['total', total] as const].map(([name, ms]) => [name, round(ms, 5)]));
}

export const loadAverage = (): number => round(loadavg()[0] ?? 0, 2);

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}
