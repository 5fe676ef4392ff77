import { isRunning, readState, startStack } from '@weir/local';
import type { RunningStack, StackState } from '@weir/local';
import type { CommandContext } from '../command-context.ts';
import { provisionLog } from './provision-log.ts';

/** A stack this command works with: its own, which ends with it, or one that was there. */
export type StackSession = {
  readonly addresses: Readonly<Record<string, string>>;
  /** Set where this command started the stack, and so has to stop it. */
  readonly own: RunningStack | undefined;
};

/** What a command that needs a running stack says where there is none. */
export const notRunningSentence = 'Weir is not running here: start it with "npx weir up" or "npm start"';

/** The stack that runs in this home, if one does. */
export function runningStack(home: string): StackState | undefined {
  const state = readState(home);
  return state !== undefined && state.processes.length > 0 && isRunning(state.supervisor) ? state : undefined;
}

/** Joins the stack that runs, or starts one: installs what is missing, opens the log, starts the workers. */
export async function joinOrStartStack(context: CommandContext): Promise<StackSession> {
  const { home, env, terminal, stopping } = context;
  const running = runningStack(home);
  if (running !== undefined) {
    terminal.say('Weir is already running here; using it');
    return { addresses: running.addresses, own: undefined };
  }
  const own = await startStack({
    home,
    env,
    onProgress: (sentence) => terminal.say(sentence),
    provision: async (provisioning) => {
      terminal.say('Opening the log');
      await provisionLog(home, provisioning, stopping);
    },
    signal: stopping,
  });
  return { addresses: own.addresses, own };
}
