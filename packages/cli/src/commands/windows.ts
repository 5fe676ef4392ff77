import { Option } from 'commander';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { runUpkeep } from '../windows/run-upkeep.ts';
import { describeReading, showVerified } from '../windows/show-windows.ts';
import type { VerifiedWindows, WindowDifference } from '../windows/upkeep-messages.ts';

type VerifyOptions = {
  readonly accounts?: string;
  readonly seed?: string;
  readonly partition?: string;
  readonly json?: true;
};

/** More are counted and not listed: a lost Redis differs in every account. */
const listedDifferences = 100;

export function addWindowsCommand(program: Command, context: CommandContext): void {
  const windows = program
    .command('windows')
    .description('look after the windows that verdicts are computed from');
  windows
    .command('verify')
    .description('recompute windows from the log and compare them with what Redis holds')
    .option('-n, --accounts <count>', 'this many accounts of each partition instead of all of them')
    .option('--seed <text>', 'by what those accounts are chosen; the same seed chooses the same ones')
    .option('-p, --partition <number>', 'one partition instead of all of them')
    .addOption(new Option('--json', 'print the outcome as JSON'))
    .addHelpText(
      'after',
      `
Reads the log from its start beside the running pipeline, at low priority and
without disturbing it, and compares what was stored when it began. Memory stays
within bounds: a long log is read several times, some accounts at a time.
Accounts are named by their pseudonyms; no amount and no name is ever shown.

Examples:
  npx weir windows verify
  npx weir windows verify --accounts 50 --seed today
  npx weir windows verify --partition 2

Ends with 0 where the windows are what the log says, 1 where an account's or a
partition's are not, 69 where nothing runs, 75 where a part is out of reach or the
windows are being rebuilt (run it again). What to do about a difference is in the
runbook "windows differ"; detection itself rebuilds what it finds damaged.`,
    )
    .action((options: VerifyOptions) => verify(options, context));
}

async function verify(options: VerifyOptions, context: CommandContext): Promise<void> {
  const { terminal, stopping } = context;
  const beganMs = performance.now();
  const differences: WindowDifference[] = [];
  let verified: VerifiedWindows | undefined;
  await runUpkeep({
    home: context.home,
    from: context.env,
    env: {
      MODE: 'verify',
      ...(options.accounts === undefined ? {} : { VERIFY_ACCOUNTS: options.accounts }),
      ...(options.partition === undefined ? {} : { VERIFY_PARTITION: options.partition }),
      ...(options.seed === undefined ? {} : { VERIFY_SEED: options.seed }),
    },
    onMessage: (message) => {
      if (message.kind === 'progress') terminal.live(describeReading(message, performance.now() - beganMs));
      if (message.kind === 'difference' && differences.length < listedDifferences) differences.push(message);
      if (message.kind === 'verified') verified = message;
    },
    signal: stopping,
  });
  if (verified === undefined) {
    throw new CommandError(exitCodes.tryAgain, 'The verification was stopped before its end');
  }
  const { kind: _kind, ...outcome } = verified;
  if (options.json) {
    terminal.print(
      JSON.stringify({ ...outcome, differences: differences.map(({ kind: _, ...one }) => one) }),
    );
  } else {
    for (const line of showVerified(verified, differences)) terminal.print(line);
  }
  const isSame = outcome.differing === 0 && outcome.withoutWindows.length === 0;
  context.exit(isSame ? exitCodes.done : exitCodes.notAsItShouldBe);
}
