import { readRoleEnvironment, startStack, type RunningStack } from '@weir/local';
import { z } from 'zod';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { runRoleProcess } from '../local/run-role-process.ts';
import { runningStack } from '../local/stack-session.ts';

/**
 * Fills the empty store of the local stack from the topics, in the role of alerting, telling nobody. Throws
 * LocalError where no stack was ever started here, and CommandError where the store could not be filled.
 */
export async function rebuildStore(context: CommandContext): Promise<void> {
  const own = await startParts(context);
  try {
    await runRebuild(context);
  } finally {
    await own?.stop();
  }
}

/** A stack whose alerting refuses its store doesn't come up: then what Weir builds on is started for this alone. */
async function startParts({
  home,
  env,
  terminal,
  stopping,
}: CommandContext): Promise<RunningStack | undefined> {
  if (runningStack(home) !== undefined) return undefined;
  readRoleEnvironment(home, 'alerting');
  return startStack({
    home,
    env,
    workers: false,
    onProgress: (sentence) => terminal.say(sentence),
    signal: stopping,
  });
}

async function runRebuild({ home, stopping, terminal }: CommandContext): Promise<void> {
  const end = await runRoleProcess({
    home,
    name: 'alerts-rebuild',
    main: 'services/alerting/src/main.ts',
    environment: {
      ...readRoleEnvironment(home, 'alerting'),
      MODE: 'rebuild',
      HTTP_PORT: '0',
    },
    messages: z.never(),
    onMessage: () => undefined,
    signal: stopping,
  });
  if (end.code !== 0)
    throw new CommandError(
      end.code === exitCodes.configuration ? exitCodes.configuration : exitCodes.tryAgain,
      `The store was not filled: ${end.word}. ${end.logFile} says more.`,
    );
  terminal.print('The store of the alerts is filled. Alerting goes on from there.');
}
