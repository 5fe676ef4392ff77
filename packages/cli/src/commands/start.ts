import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { holdUntilStopped } from '../local/hold-until-stopped.ts';
import { showAddresses } from '../local/show-addresses.ts';
import { joinOrStartStack } from '../local/stack-session.ts';
import type { StackSession } from '../local/stack-session.ts';
import { connectOps } from '../ops/connect-ops.ts';
import { runDay } from '../simulate/run-day.ts';
import { showDay } from '../simulate/show-day.ts';

export function addStartCommand(program: Command, context: CommandContext): void {
  program
    .command('start')
    .description('see it all: start everything, stream a simulated day, stay until Ctrl-C (npm start)')
    .option('--exit', 'end after the summary: 0 only where both ledgers balance')
    .action((options: { exit?: true }) => start(options.exit === true, context));
}

async function start(endsAfterSummary: boolean, context: CommandContext): Promise<void> {
  const { terminal, exit, home, env } = context;
  const session = await joinOrStartStack(context);
  try {
    const ops = connectOps(env, home);
    try {
      const report = await Promise.race([runDay(ops, session.addresses, context), failureOf(session)]);
      for (const line of showDay(report)) terminal.print(line);
      if (!report.ledgers.balanced) exit(exitCodes.notAsItShouldBe);
    } finally {
      await ops.close();
    }
    if (endsAfterSummary) return;
    for (const line of nextSteps(session.addresses, session.own !== undefined)) terminal.print(line);
    await holdUntilStopped(session, context);
  } finally {
    await session.own?.stop();
  }
}

/** Throws once a part of our own stack is given up on: what it would have done is waited for in vain. */
async function failureOf({ own }: StackSession): Promise<never> {
  if (own === undefined) return new Promise(() => undefined);
  throw await own.failed;
}

function nextSteps(addresses: Readonly<Record<string, string>>, own: boolean): string[] {
  return [
    '',
    ...showAddresses(addresses),
    '',
    'Try next, in another terminal:',
    '  npx weir alerts list                      what needs somebody; show, ack, close and release act on it',
    '  npx weir tail held --no-follow            the latest held transactions',
    '  npx weir explain ID                       how a verdict came about; ID is the event id of an alert',
    '  npx weir ingest FILE --help               feed a file of your own',
    '  npx weir simulate                         another day',
    '  npx weir --help                           everything else',
    ...(own ? ['', 'Weir is running. Ctrl-C stops everything.'] : []),
  ];
}
