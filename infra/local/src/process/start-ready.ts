import { LocalError } from '../local-error.ts';
import type { CommandLine } from './command-line.ts';
import { startProcess } from './owned-process.ts';
import type { OwnedProcess } from './owned-process.ts';
import { waitUntilReady } from './readiness.ts';
import type { Readiness } from './readiness.ts';
import { pointToLog } from './rolling-log.ts';

/**
 * Starts a process that is not one of ours and resolves when it is ready.
 *
 * Throws LocalError `not_ready` with where its log is; no process is left then.
 */
export async function startReady(options: {
  readonly name: string;
  readonly commandLine: CommandLine;
  readonly readiness: Readiness;
  readonly deadlineMs: number;
  readonly logFile: string;
}): Promise<OwnedProcess> {
  const { name, commandLine, logFile } = options;
  const child = startProcess({ name, ...commandLine, env: {}, logFile, ipc: false });
  const { readiness, deadlineMs } = options;
  const outcome = await waitUntilReady({ child, readiness, deadlineMs });
  if (outcome.kind === 'ready') return child;
  await child.kill();
  throw new LocalError('not_ready', `${name} ${outcome.why}; ${pointToLog(logFile)}`);
}
