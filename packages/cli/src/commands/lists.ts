import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { artefactRef } from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { AskedList, ImportedList } from '../ingest/ingest-messages.ts';
import { runIngest } from '../ingest/run-ingest.ts';
import { describeProgress } from '../ingest/show-summary.ts';
import { listAsJson, showImport, showLists, showMembership } from '../lists/show-lists.ts';
import { readLists } from '../lists/read-lists.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import { actingReporter } from '../models/acting-reporter.ts';
import { connectOps } from '../ops/connect-ops.ts';

type ImportOptions = {
  readonly name: string;
  readonly of: string;
  readonly tenant: string;
  readonly add?: true;
  readonly remove?: true;
  readonly expiresIn?: number;
  readonly maxBad: number;
  readonly refusals?: string;
  readonly json?: true;
};

type TestOptions = { readonly tenant: string; readonly json?: true };

const jsonOption = (): Option => new Option('--json', 'for scripts');

export function addListsCommand(program: Command, context: CommandContext): void {
  const lists = program
    .command('lists')
    .description('watch and allow lists of counterparties and accounts, for rulesets to use');
  lists
    .command('import')
    .description('publish the next version of a list and bring it into force')
    .argument(
      '<file>',
      'CSV with a header, or an account on each line; plain or gzip; "-" reads standard input',
    )
    .requiredOption('--name <name>', 'what rulesets call it', nameOf)
    .addOption(
      new Option('--of <whom>', 'whose accounts they are')
        .choices(['counterparty', 'account'])
        .makeOptionMandatory(),
    )
    .option('-t, --tenant <name>', 'whose customers or counterparties they are', 'demo')
    .addOption(new Option('--add', 'to the entries that are there').conflicts('remove'))
    .addOption(new Option('--remove', 'from the entries that are there'))
    .option('--expires-in <days>', 'of entries that say no expiresAt, as 90d (default: never)', daysOf)
    .option('--max-bad <percent>', 'where more lines are bad nothing is published', percentOf, 1)
    .option('--refusals <file>', 'where bad lines are told by number (default: <file>.refused.csv)')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
A file is an account on each line, or a table under a header with columns of these names:
  account     an IBAN, another id, or a pseudonym as events carry it (c..., a...)
  iban, id and scheme, cardToken
              the same, said outright; "scheme" is that of the id in transactions
  expiresAt   RFC 3339 with an offset, or a day, which counts to its end in UTC
An account is named as ingest names those of transactions, under the tenant and the index
key; the account itself is kept nowhere. A full card number is a bad line. Bad lines are
counted, told by their number and a reason, never by what they say, and left out.

The file is the whole list, unless --add or --remove says that it comes to or goes from
the latest version. An entry that is added twice has the later expiry; what has expired is
left out. The same again changes nothing, so an interrupted import is just said again. Who
imported what is on the audit trail. At most 16 lists are in force.

Examples:
  npx weir lists import mules.csv --name mules --of counterparty
  npx weir lists import more.txt --name mules --of counterparty --add --expires-in 90d
  npx weir lists import cleared.txt --name mules --of counterparty --remove

Ends with 0 when the list is in force; 65 where the file is not what it claims to be or too
many lines are bad, 66 where there is none, 69 where nothing runs, 75 where a part is out of
reach (run it again), 78 for wrong options.`,
    )
    .action((file: string, options: ImportOptions) => importList(file, options, context));
  lists
    .command('list')
    .description('the lists in force, and those published since that are not')
    .addOption(jsonOption())
    .action(({ json }: { readonly json?: true }) => list(json === true, context));
  lists
    .command('test')
    .description('whether an account is on a list now')
    .argument('<name>', 'without a version', nameOf)
    .argument('<account>', 'as in a file; "-" reads it from standard input, out of sight of other users')
    .option('-t, --tenant <name>', 'whose customer or counterparty it is', 'demo')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Neither the account nor the answer lands in a log of Weir. Ends with 0 where it is on the
list, 1 where it is not or has expired, 65 where that is no account, 69 where nothing runs,
78 where no such list is in force.`,
    )
    .action((name: string, account: string, options: TestOptions) => test(name, account, options, context));
}

async function importList(
  file: string,
  options: ImportOptions,
  { home, terminal, stopping }: CommandContext,
): Promise<void> {
  requireRunning(home);
  const tell = (said: ImportedList): void => {
    const { kind: _, ...outcome } = said;
    if (options.json) terminal.print(JSON.stringify(outcome));
    else for (const line of showImport(said)) terminal.print(line);
  };
  await runIngest({
    home,
    env: {
      MODE: 'import-list',
      INPUT_FILE: file === '-' ? '-' : resolve(file),
      TENANT: options.tenant,
      LIST: options.name,
      LIST_OF: options.of,
      LIST_ACT: options.add ? 'add' : options.remove ? 'remove' : 'replace',
      LIST_EXPIRES_IN_DAYS: String(options.expiresIn ?? 0),
      MAX_BAD_PERCENT: String(options.maxBad),
      ACTING_PERSON: actingReporter(),
      ...(options.refusals === undefined ? {} : { REFUSALS_FILE: resolve(options.refusals) }),
    },
    ...(file === '-' ? { input: 'inherit' as const } : {}),
    onProgress: (progress) => terminal.live(describeProgress(progress)),
    onList: (said) => {
      if (said.kind === 'list') tell(said);
    },
    signal: stopping,
  });
}

async function list(json: boolean, { env, home, terminal }: CommandContext): Promise<void> {
  const ops = connectOps(env, home);
  try {
    const shown = await readLists(ops, Date.now());
    if (json) terminal.print(JSON.stringify(shown.map(listAsJson)));
    else for (const line of showLists(shown)) terminal.print(line);
  } finally {
    await ops.close();
  }
}

/** Ingest alone can tell: it holds the key that accounts are named with. The account goes to it by a pipe. */
async function test(
  name: string,
  account: string,
  { tenant, json }: TestOptions,
  { home, terminal, stopping, exit }: CommandContext,
): Promise<void> {
  requireRunning(home);
  let said: AskedList | undefined;
  await runIngest({
    home,
    env: { MODE: 'test-list', LIST: name, TENANT: tenant },
    input: account === '-' ? 'inherit' : Readable.from([`${account}\n`]),
    onList: (message) => {
      if (message.kind === 'membership') said = message;
    },
    signal: stopping,
  });
  if (said === undefined)
    throw new CommandError(exitCodes.tryAgain, 'Nobody said what came of it; try again');
  const { kind: _, ...answer } = said;
  terminal.print(json ? JSON.stringify(answer) : showMembership(said));
  if (said.state !== 'on_list') exit(exitCodes.notAsItShouldBe);
}

function requireRunning(home: string): void {
  if (runningStack(home) === undefined) throw new CommandError(exitCodes.notRunning, notRunningSentence);
}

function nameOf(text: string): string {
  if (artefactRef.safeParse(`${text}@1`).success) return text;
  throw new InvalidArgumentError('expected 1 to 63 of a-z, 0-9 and hyphens');
}

function daysOf(text: string): number {
  const days = Number(/^(\d{1,5})d$/.exec(text)?.[1]);
  if (days >= 1 && days <= 36_500) return days;
  throw new InvalidArgumentError('expected days, as 90d');
}

function percentOf(text: string): number {
  const percent = Number(text);
  if (/^\d{1,3}$/.test(text) && percent <= 100) return percent;
  throw new InvalidArgumentError('expected 0 to 100');
}
