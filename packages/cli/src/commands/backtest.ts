import { resolve } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { BacktestError } from '@weir/backtest';
import { backtest } from '../backtest/run-command.ts';
import type { BacktestOptions } from '../backtest/read-options.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError } from '../exit-codes.ts';

export function addBacktestCommand(program: Command, context: CommandContext): void {
  program
    .command('backtest')
    .description('run labelled transactions of the past through the scoring, and measure it')
    .requiredOption(
      '--transactions <file>',
      'CSV with a header or NDJSON, plain or gzip, in the order of time',
    )
    .option('-m, --mapping <file>', 'how CSV columns become fields; without it they have our own names')
    .option('-o, --out <file>', 'where the scores go, a line per transaction', 'scores.csv')
    .option('--ruleset <file>', 'decide by this ruleset, or one of ours such as starter@1')
    .option('--threshold <score>', 'hold from this score on, instead of where the ruleset does')
    .option('--outcomes-delay <time>', 'how long after a fraud it is reported, such as 7d or 12h', '7d')
    .option('--reported <share>', 'the share of the frauds that is ever reported, 0 to 1', '1')
    .option('--seed <number>', 'chooses which frauds those are', '1')
    .option('--cadence <time>', 'how often the learner makes a snapshot, in time of the transactions', '1d')
    .option('--no-outcomes', 'learn from nothing: the label-free score alone')
    .option('--from <day>', 'measure from this day on, such as 2018-07-25; what lies before is warm-up')
    .option('--to <day>', 'measure up to this day, itself included')
    .option('-k <accounts>', 'accounts a day for card precision at k', '100')
    .option('--alerts-per-day <number>', 'also set a threshold for so many, by the days before --from')
    .addOption(
      new Option(
        '--known-accounts <what>',
        'drop or keep accounts known as compromised (default: drop with --from)',
      ).choices(['drop', 'keep']),
    )
    .option('--max-bad-rows <number>', 'end where more rows than this can not be read', '100')
    .option('--resume', 'go on where an interrupted run with the same options was')
    .addOption(new Option('--json', 'print the metrics as one JSON object'))
    .action(async (options: BacktestOptions) => {
      try {
        await backtest(
          { ...options, transactions: resolve(options.transactions), out: resolve(options.out) },
          context,
        );
      } catch (error) {
        if (error instanceof BacktestError)
          throw new CommandError(error.exitCode, error.message, { cause: error });
        throw error;
      }
    });
}
