import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { runFeed } from '../ingest/run-feed.ts';
import { ledgerFileOf } from '../ledger/ledger-file-name.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';

type IngestOptions = {
  readonly mapping?: string;
  readonly tenant: string;
  readonly source?: string;
  readonly until?: string;
  readonly force?: true;
  readonly report?: string;
  readonly json?: true;
};

export function addIngestCommand(program: Command, context: CommandContext): void {
  program
    .command('ingest')
    .description('feed a file, or standard input, into the running pipeline')
    .argument('<file>', 'NDJSON or CSV, plain or gzip; "-" reads standard input')
    .option('-m, --mapping <file>', 'how CSV columns become fields; needed for CSV')
    .option('-t, --tenant <name>', 'whose transactions these are', 'demo')
    .option('-s, --source <name>', 'what to call the connection (default: from the file name)')
    .option(
      '--until <time>',
      'stop before the first record that happened at or after this, e.g. 2018-04-08T00:00:00Z',
    )
    .option('--force', 'feed again from the beginning')
    .option('--report <file>', 'write the summary as JSON: the counts, and of each reason the first lines')
    .addOption(new Option('--json', 'print the summary as JSON'))
    .addHelpText(
      'after',
      `
Streams the file; memory stays flat. Each record is accepted or rejected with a
reason and the field it is about; rejected ones are kept in the rejected stream.
Interrupted, the same command goes on where it was. What is sent twice is
recognised and gets no second verdict.

Examples:
  npx weir ingest payments.ndjson
  npx weir ingest card.csv.gz --mapping packages/cli/mappings/handbook.json
  zcat big.ndjson.gz | npx weir ingest - --source nightly

Ends with 0 when the input is fed, also where records were rejected; 65 where the
input isn't what it claims to be, 66 where there is none, 73 where it has been fed
already or the ledger is of another input (--force feeds it again), 75 where a
part is out of reach (run it again), 78 for wrong options.`,
    )
    .action((file: string, options: IngestOptions) => ingest(file, options, context));
}

async function ingest(file: string, options: IngestOptions, context: CommandContext): Promise<void> {
  const { home } = context;
  if (runningStack(home) === undefined) {
    throw new CommandError(exitCodes.notRunning, notRunningSentence);
  }
  const input = file === '-' ? '-' : resolve(file);
  const source = options.source ?? (file === '-' ? 'stdin' : sourceNameOf(file));
  const feed = {
    env: {
      MODE: 'source',
      INPUT_FILE: input,
      TENANT: options.tenant,
      SOURCE: source,
      LEDGER_FILE: ledgerFileOf(home, { tenant: options.tenant, source, input: inputNameOf(input) }),
      FORCE: String(options.force === true),
      ...(options.mapping === undefined ? {} : { MAPPING_FILE: resolve(options.mapping) }),
      ...(options.until === undefined ? {} : { UNTIL_EVENT_TIME: options.until }),
      ...(options.report === undefined ? {} : { REPORT_FILE: resolve(options.report) }),
    },
    file,
    json: options.json,
  };
  return runFeed(feed, context);
}

/** "Payments 2026.csv.gz" becomes "payments-2026". */
function sourceNameOf(file: string): string {
  const name = basename(file)
    .toLowerCase()
    .replace(/(\.(csv|ndjson|jsonl|json|txt|gz))+$/, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return name === '' ? 'file' : name;
}

/** One ledger for one input of one source: the same name from two folders is two inputs. */
const inputNameOf = (input: string): string =>
  input === '-' ? 'stdin' : createHash('sha256').update(input).digest('hex').slice(0, 8);
