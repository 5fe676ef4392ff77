import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment, ensurePrivateFolder, nodeMain, readRoleEnvironment } from '@weir/local';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { lastErrorIn } from '../ingest/last-error-in.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import { upkeepMessage } from './upkeep-messages.ts';
import type { UpkeepAnswer, UpkeepMessage } from './upkeep-messages.ts';

export type UpkeepRun = {
  readonly home: string;
  /** The command's own environment: where it names keys (KMS_KEYS) it is detection's, else the local stack is asked. */
  readonly from: Readonly<Record<string, string | undefined>>;
  /** Beside the role's own environment: MODE and what belongs to it. */
  readonly env: Readonly<Record<string, string>>;
  /** What it answers is said to the process; what it throws ends the process, and is thrown. */
  readonly onMessage: (message: UpkeepMessage) => UpkeepAnswer | undefined | Promise<UpkeepAnswer>;
  readonly signal: AbortSignal;
};

/**
 * Runs one process that looks after windows, in the detection role, to its end.
 * The command itself never holds the keys of that role. An abort stops it.
 * Throws CommandError with the process's own exit code and word for it.
 */
export async function runUpkeep(run: UpkeepRun): Promise<void> {
  const role = detectionEnvironment(run);
  const logFile = join(ensurePrivateFolder(run.home, 'logs'), 'windows.log');
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, nodeMain('services/detection/src/upkeep/main.ts'), {
    env: childEnvironment(process.env, { ...role, HTTP_PORT: '0', ...run.env }),
    stdio: ['ignore', log, log, 'ipc'],
    // Ctrl-C reaches the command alone, which then stops its process in order.
    detached: true,
  });
  closeSync(log);
  const stop = (): void => void child.kill('SIGTERM');
  let failure: Error | undefined;
  const answer = async (message: UpkeepMessage): Promise<void> => {
    try {
      const said = await run.onMessage(message);
      if (said !== undefined && child.connected) child.send(said);
    } catch (error) {
      failure =
        error instanceof Error ? error : new Error('a message could not be answered', { cause: error });
      stop();
    }
  };
  child.on('message', (raw) => {
    const message = upkeepMessage.safeParse(raw);
    if (message.success) void answer(message.data);
  });
  run.signal.addEventListener('abort', stop, { once: true });
  try {
    // What it said last may arrive after its end: its channel has to be closed, too.
    const [[code]] = (await Promise.all([once(child, 'exit'), once(child, 'disconnect')])) as [
      [number | null],
      unknown,
    ];
    if (failure !== undefined) throw failure;
    if (code === 0) return;
    const word = lastErrorIn(logFile) ?? `it ended with exit code ${code ?? 'none'}`;
    throw new CommandError(code ?? exitCodes.tryAgain, `${word} (log: ${logFile})`);
  } finally {
    run.signal.removeEventListener('abort', stop);
  }
}

/** What such a process may be told by the command's environment; whoever types a command has other things in there. */
const itsVariables = /^(WEIR|KAFKA|KMS|AWS|REDIS|DETECTION|LOG|SHUTDOWN)_/;

function detectionEnvironment({ home, from }: UpkeepRun): Readonly<Record<string, string>> {
  if (from['KMS_KEYS']) {
    const given = Object.entries(from).filter(([name]) => itsVariables.test(name));
    return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  }
  if (runningStack(home) === undefined) throw new CommandError(exitCodes.notRunning, notRunningSentence);
  return readRoleEnvironment(home, 'detection');
}
