import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { runFeed } from '../ingest/run-feed.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import { actingReporter } from '../models/acting-reporter.ts';
import { connectOps } from '../ops/connect-ops.ts';
import { readOutcomes } from '../outcomes/read-outcomes.ts';
import { table } from '../terminal/table.ts';

type ImportOptions = {
  readonly format?: string;
  readonly tenant: string;
  readonly source: string;
  readonly by?: string;
  readonly report?: string;
  readonly json?: true;
};

export function addOutcomesCommand(program: Command, context: CommandContext): void {
  const outcomes = program
    .command('outcomes')
    .description('tell what transactions turned out to be, for the score to learn from');
  outcomes
    .command('import')
    .description('import fraud reports and the outcomes of alerts from a file, or standard input')
    .argument('<file>', 'CSV with a header or NDJSON, plain or gzip; "-" reads standard input')
    .addOption(
      new Option('--format <format>', 'what it is (default: as the name says)').choices(['csv', 'ndjson']),
    )
    .option('-t, --tenant <name>', 'of reports that name none', 'demo')
    .option('-s, --source <name>', 'what to call the import where a line is refused', 'outcomes')
    .option('--by <name>', 'who reports what names nobody (default: who types this)')
    .option('--report <file>', 'write the summary as JSON: the counts, and of each reason the first lines')
    .addOption(new Option('--json', 'print the summary as JSON'))
    .addHelpText(
      'after',
      `
A report has these fields, as columns of a CSV header or of a JSON object:
  transaction     the pseudonym that verdict and alert carry (t...), or in clear:
  tenant, account.iban (or account.other.id, account.other.scheme,
                  account.card.token and account.card.lastFour), transactionId
                  as the transaction was offered; in NDJSON "account" is an object
  outcome         fraud or genuine; true_positive and false_positive mean the same
  reportedAt      RFC 3339 with an offset (default: now)
  reportedBy      who says so (default: --by)
What names a transaction in clear becomes its pseudonym and is not kept. Other columns
are not looked at. A line that is wrong is told by its number and field, and kept in
the rejected stream. Nothing waits for a report: the learner counts the last one about
a transaction once that is old enough, and a fraud that is reported later still then.

Importing again changes nothing where reportedAt is given, so an interrupted import
is just said again. Who imported how many is on the audit trail.

Examples:
  npx weir outcomes import chargebacks.csv --tenant bank-a
  jq -c '...' cases.json | npx weir outcomes import - --by case-tool

Ends with 0 when the input is imported, also where lines were refused; 65 where the
input isn't what it claims to be, 66 where there is none, 69 where nothing runs, 75
where a part is out of reach (run it again), 78 for wrong options.`,
    )
    .action((file: string, options: ImportOptions) => importOutcomes(file, options, context));
  outcomes
    .command('list')
    .description('the latest reports, newest last')
    .option('-n, --count <number>', 'how many', countOf, 20)
    .addOption(new Option('--json', 'for scripts'))
    .action(async ({ count, json }: { count: number; json?: true }) => {
      const ops = connectOps(context.env, context.home);
      try {
        const reports = await readOutcomes(ops, count);
        if (json) context.terminal.print(JSON.stringify(reports));
        else if (reports.length === 0) context.terminal.print('Nothing has been reported.');
        else {
          const rows = reports.map(({ reportedAt, transaction, outcome, reportedBy, source }) => [
            ...[reportedAt, transaction, outcome, reportedBy, source],
          ]);
          const header = ['reported', 'transaction', 'outcome', 'by', 'source'];
          for (const line of table(header, rows)) context.terminal.print(line);
        }
      } finally {
        await ops.close();
      }
    });
}

async function importOutcomes(file: string, options: ImportOptions, context: CommandContext): Promise<void> {
  if (runningStack(context.home) === undefined)
    throw new CommandError(exitCodes.notRunning, notRunningSentence);
  const feed = {
    env: {
      MODE: 'outcomes',
      INPUT_FILE: file === '-' ? '-' : resolve(file),
      TENANT: options.tenant,
      SOURCE: options.source,
      ACTING_PERSON: options.by ?? actingReporter(),
      ...(options.format === undefined ? {} : { OUTCOMES_FORMAT: options.format }),
      ...(options.report === undefined ? {} : { REPORT_FILE: resolve(options.report) }),
    },
    file,
    json: options.json,
  };
  return runFeed(feed, context);
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 100_000) return count;
  throw new InvalidArgumentError('expected 1 to 100000');
}
