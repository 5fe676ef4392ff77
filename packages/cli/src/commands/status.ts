import type { Command } from 'commander';
import { isRunning } from '@weir/local';
import type { CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { runningStack } from '../local/stack-session.ts';
import { showAddresses } from '../local/show-addresses.ts';
import { table } from '../terminal/table.ts';

export function addStatusCommand(program: Command, { home, terminal, exit }: CommandContext): void {
  program
    .command('status')
    .description('show which parts run, and where')
    .option('--json', 'for scripts')
    .addHelpText('after', '\nEnds with 0 where every part is up, 1 where one is not, 69 where nothing runs.')
    .action((options: { json?: true }) => {
      const state = runningStack(home);
      const parts = (state?.processes ?? []).map(({ name, pid, startedAt, ready, restarts }) => ({
        name,
        pid,
        up: ready && isRunning({ pid, startedAt }),
        restarts,
      }));
      if (options.json) {
        terminal.print(
          JSON.stringify({ running: state !== undefined, parts, addresses: state?.addresses ?? {} }),
        );
      } else if (state === undefined) {
        terminal.print('Nothing is running here. Start it with: npm start');
      } else {
        const rows = parts.map(({ name, pid, up, restarts }) => [
          name,
          up ? 'up' : 'DOWN',
          String(pid),
          String(restarts),
        ]);
        for (const line of table(['part', 'state', 'pid', 'restarts'], rows, [2, 3])) terminal.print(line);
        for (const line of ['', ...showAddresses(state.addresses)]) terminal.print(line);
      }
      const allUp = parts.every(({ up }) => up);
      exit(state === undefined ? exitCodes.notRunning : allUp ? exitCodes.done : exitCodes.notAsItShouldBe);
    });
}
