import { Option } from 'commander';
import type { Command } from 'commander';
import { BacktestError } from '@weir/backtest';
import type { BacktestOptions } from '../backtest/read-options.ts';
import { runCommand } from '../backtest/run-command.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError } from '../exit-codes.ts';

export function addBacktestCommand(program: Command, context: CommandContext): void {
  program
    .command('backtest')
    .description('run transactions of the past through the scoring, and measure it by what is known of them')
    .option('--transactions <file>', 'CSV with a header or NDJSON, plain or gzip, in the order of time')
    .option('-m, --mapping <file>', 'how CSV columns become fields; without it they have our own names')
    .option('-o, --out <file>', 'where the scores go, a line per transaction', 'scores.csv')
    .option('--page <file>', 'also write what was measured as one HTML page')
    .option('--ruleset <file>', 'decide by this ruleset (YAML or JSON), or one of ours such as starter@1')
    .option('--threshold <score>', 'hold from this score on, instead of where the ruleset does')
    .option('--outcomes-delay <time>', 'how long after a fraud it is reported, such as 7d or 12h', '7d')
    .option('--reported <share>', 'the share of the frauds that is ever reported, 0 to 1', '1')
    .option('--seed <number>', 'chooses which frauds those are', '1')
    .option('--cadence <time>', 'how often the learner makes a snapshot, in time of the transactions', '1h')
    .option('--no-outcomes', 'no fraud is ever reported: the label-free score alone')
    .option('--from <day>', 'measure from this day on, such as 2018-07-25; what lies before is warm-up')
    .option('--to <day>', 'measure up to this day, itself included')
    .option('-k <accounts>', 'accounts a day for card precision at k', '100')
    .option('--alerts-per-day <number>', 'also set a threshold for so many, by the week before --from')
    .addOption(
      new Option(
        '--known-accounts <what>',
        'leave out accounts known as compromised, or not (default: drop with --from, else keep)',
      ).choices(['drop', 'keep']),
    )
    .option(
      '--max-bad-rows <number>',
      'end where more rows than this are refused (default: 100, or 1 % of them)',
    )
    .option('--checkpoint-rows <number>', 'about how many rows lie between two checkpoints', '1000000')
    .option('--resume', 'go on where an interrupted run with the same options was')
    .addOption(
      new Option('--compare <files...>', 'compare two files of scores instead: what the second one changes'),
    )
    .addOption(new Option('--json', 'print what was measured as one JSON object'))
    .addHelpText(
      'after',
      `
Nothing leaves the machine, and nothing has to run. The file is read once, in the
order of event time; rows up to 1,000 places out of order are sorted. Frauds are
told to the learner only when their delay is over. Account ids may be card numbers:
only hashes of them are kept.

A mapping for a file with the columns when,card,shop,paid,stolen:
  { "fields": {
      "account": "card", "counterparty": "shop",
      "amount": { "column": "paid", "roundToDecimals": 2 },
      "eventTime": { "column": "when", "offset": "Z" } },
    "label": { "column": "stolen", "fraud": ["Y"], "genuine": ["N"] } }
Also "transactionId" (else the number of the line), "currency" (else EUR; one for
all is { "constant": "USD" }), "creditDebitIndicator" (else DBIT), "channel" and
"country". Seconds since a day: { "column": "ts", "unit": "seconds", "origin":
"2018-04-01T00:00:00Z" }, without "origin" since 1970. All of it stands in
docs/operations/backtest.md.

The scores have a line for each row of the file, in the order of event time and
within an instant in that of the file: transactionId,score,verdict,reasons. A row
that was refused has the verdict rejected and its reason, a repeated one duplicate;
both have the score 0.

Examples:
  npx weir backtest --transactions card.csv.gz --mapping card.json --from 2018-07-25 --page backtest.html
  npx weir backtest --transactions card.csv.gz --mapping card.json --reported 0.5 --json
  npx weir backtest --compare before.csv after.csv --transactions card.csv.gz --mapping card.json

Ends with 0 when it is done; 65 where the input isn't what it claims to be, 66 where
there is none, 73 where the scores can't be written, 75 where it was stopped (--resume
goes on), 78 for a wrong option, mapping or ruleset.`,
    )
    .action(async (options: BacktestOptions) => {
      try {
        await runCommand(options, context);
      } catch (error) {
        if (error instanceof BacktestError) {
          throw new CommandError(error.exitCode, error.message, { cause: error });
        }
        throw error;
      }
    });
}
