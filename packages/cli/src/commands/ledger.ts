import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { readLedgers } from '../ledger/read-ledgers.ts';
import { showLedgers } from '../ledger/show-ledgers.ts';
import { connectOps } from '../ops/connect-ops.ts';

export function addLedgerCommand(program: Command, { terminal, env, home, exit }: CommandContext): void {
  program
    .command('ledger')
    .description('show what became of every record, and whether it adds up')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      `
Ingest's ledger is kept by each source; detection's is taken from the journal and
held against the log. Ends with 0 where both balance, 1 where they don't. Records
that wait for their verdict are counted apart and are no fault.`,
    )
    .action(async (options: { json?: true }) => {
      const ops = connectOps(env, home);
      try {
        const ledgers = await readLedgers(ops, home);
        if (options.json) terminal.print(JSON.stringify(ledgers));
        else for (const line of showLedgers(ledgers)) terminal.print(line);
        exit(ledgers.balanced ? exitCodes.done : exitCodes.notAsItShouldBe);
      } finally {
        await ops.close();
      }
    });
}
