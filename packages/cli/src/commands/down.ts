import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { isRunning } from '@weir/local';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { runningStack } from '../local/stack-session.ts';

/** The supervisor stops everything within 10 s; beyond that something is wrong with it. */
const deadlineMs = 15_000;
const pollIntervalMs = 50;

export function addDownCommand(program: Command, { home, terminal }: CommandContext): void {
  program
    .command('down')
    .description('stop everything that "weir up" or "npm start" started; what was stored stays')
    .action(async () => {
      const state = runningStack(home);
      if (state === undefined) {
        terminal.say('Nothing is running here');
        return;
      }
      process.kill(state.supervisor.pid, 'SIGTERM');
      for (let waitedMs = 0; isRunning(state.supervisor); waitedMs += pollIntervalMs) {
        if (waitedMs >= deadlineMs) {
          throw new CommandError(
            exitCodes.tryAgain,
            `process ${state.supervisor.pid} didn't stop within ${deadlineMs / 1000} s`,
          );
        }
        await sleep(pollIntervalMs);
      }
      terminal.say('Stopped');
    });
}
