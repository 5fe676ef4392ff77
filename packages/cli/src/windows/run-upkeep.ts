import { readRoleEnvironment } from '@weir/local';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { namesKeys } from '../ops/connect-ops.ts';
import { runRoleProcess } from '../local/run-role-process.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import { upkeepMessage } from './upkeep-messages.ts';
import type { UpkeepAnswer, UpkeepMessage } from './upkeep-messages.ts';

export type UpkeepRun = {
  readonly home: string;
  /** The command's own environment: where it names keys (KMS_KEYS, KMS_KEYS_FILE) it is detection's, else the local stack is asked. */
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
  const { code, word, logFile } = await runRoleProcess({
    home: run.home,
    name: 'windows',
    main: 'services/detection/src/upkeep/main.ts',
    environment: { ...detectionEnvironment(run), HTTP_PORT: '0', ...run.env },
    messages: upkeepMessage,
    onMessage: run.onMessage,
    signal: run.signal,
  });
  if (code !== 0) throw new CommandError(code ?? exitCodes.tryAgain, `${word} (log: ${logFile})`);
}

/** What such a process may be told by the command's environment; whoever types a command has other things in there. */
const itsVariables = /^(WEIR|KAFKA|KMS|AWS|REDIS|DETECTION|LOG|SHUTDOWN)_/;

function detectionEnvironment({ home, from }: UpkeepRun): Readonly<Record<string, string>> {
  if (namesKeys(from)) {
    const given = Object.entries(from).filter(([name]) => itsVariables.test(name));
    return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  }
  if (runningStack(home) === undefined) throw new CommandError(exitCodes.notRunning, notRunningSentence);
  return readRoleEnvironment(home, 'detection');
}
