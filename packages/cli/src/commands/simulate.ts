import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import { connectOps } from '../ops/connect-ops.ts';
import { runDay } from '../simulate/run-day.ts';
import { showDay } from '../simulate/show-day.ts';

export function addSimulateCommand(program: Command, context: CommandContext): void {
  program
    .command('simulate')
    .description('stream the next simulated day through the running pipeline')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Each run tells the next day of the same simulated bank: new transactions, several
kinds of fraud, genuine payments that look like fraud, and a few bad records.
What is fraud is known here alone and compared with the verdicts afterwards.
Ends with 0 where both ledgers balance.`,
    )
    .action(async (options: { json?: true }) => {
      const state = runningStack(context.home);
      if (state === undefined) {
        throw new CommandError(exitCodes.notRunning, notRunningSentence);
      }
      const ops = connectOps(context.env, context.home);
      try {
        const report = await runDay(ops, state.addresses, context);
        if (options.json) context.terminal.print(JSON.stringify({ ...report, held: report.held.length }));
        else for (const line of showDay(report)) context.terminal.print(line);
        context.exit(report.ledgers.balanced ? exitCodes.done : exitCodes.notAsItShouldBe);
      } finally {
        await ops.close();
      }
    });
}
