import { Option } from 'commander';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { rebuild } from '../windows/rebuild.ts';
import type { RebuildOptions } from '../windows/rebuild.ts';
import { runUpkeep } from '../windows/run-upkeep.ts';
import { createReadingWords, showRebuilt, showVerified } from '../windows/show-windows.ts';
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
partition's are not, 69 where nothing runs, 75 where a part is out of reach, the
windows are being rebuilt or the log was deleted under the reader (run it again).
What to do about a difference is in the runbook "windows differ"; detection itself
rebuilds what it finds damaged.`,
    )
    .action((options: VerifyOptions) => verify(options, context));
  windows
    .command('rebuild')
    .description('fill windows from the log beside the running ones: for a new plan, or in a new Redis')
    .option('--plan <file>', 'a window plan as JSON, or the name@version of one that is known')
    .option('--redis <url>', 'fill them in this Redis instead of the one the workers use')
    .option('--activate', 'bring the plan into force once its windows are filled')
    .addOption(new Option('--json', 'print the outcome as JSON'))
    .addHelpText(
      'after',
      `
A window plan says over which spans windows are kept, how late a transaction may
be and how far ahead of its time:
  { "ref": "wide@1",
    "spans": [ { "name": "1h", "spanMs": 3600000 }, ... in ascending order ],
    "allowedLatenessMs": 86400000, "futureToleranceMs": 600000 }
Its file is published once and for all: another content needs another version. A
plan that the ruleset in force has no windows under is refused. The log has to
reach back as far as the longest span and the allowed lateness together.

The windows are filled at low priority beside the workers, which go on. With
--activate the log then says in every partition that the plan is in force, the
workers change over at that record, and the former windows are forgotten. Without
it nothing changes yet. Interrupted, the same command goes on where it was.

Examples:
  npx weir windows rebuild --plan wide.json
  npx weir windows rebuild --plan wide@1 --activate
  npx weir windows rebuild --plan standard@1 --activate     (back to the built-in one)
  npx weir windows rebuild --redis redis://10.0.0.7:6379    (then change REDIS_URL)

Ends with 0 when that is done, 64 for options that don't fit together, 69 where
nothing runs, 75 where a part is out of reach (run it again), 76 for a plan that
nobody published or that the ruleset in force has no windows under, 78 for one
that is no plan or whose version has other content.`,
    )
    .action(async (options: RebuildOptions & { readonly json?: true }) => {
      const rebuilt = await rebuild(options, context);
      const { kind: _kind, ...outcome } = rebuilt;
      if (options.json) context.terminal.print(JSON.stringify(outcome));
      else for (const line of showRebuilt(rebuilt, options)) context.terminal.print(line);
    });
}

async function verify(options: VerifyOptions, context: CommandContext): Promise<void> {
  const { terminal, stopping } = context;
  const reading = createReadingWords(() => performance.now());
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
    onMessage: (message): undefined => {
      if (message.kind === 'progress') terminal.live(reading(message));
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
  if (!isSame) context.exit(exitCodes.notAsItShouldBe);
  else context.exit(outcome.notVerified.length === 0 ? exitCodes.done : exitCodes.tryAgain);
}
