import { InvalidArgumentError, Option, type Command } from 'commander';
import { rejectionCodes, streams } from '@weir/contracts';
import { readKekRef } from '@weir/envelope';
import type { CommandContext } from '../command-context.ts';
import { letterOf, placeText, readPlace, type LetterPlace } from '../dead-letters/dead-letter.ts';
import { readFilter, type FilterOptions, type LetterFilter } from '../dead-letters/letter-filter.ts';
import { openOnRecord, originalOf } from '../dead-letters/original.ts';
import { countLetters, readLetterAt, readNewestLetters } from '../dead-letters/read-letters.ts';
import { letterAsJson, showLetter } from '../dead-letters/show-letter.ts';
import { countAsJson, showCounts, showLetters, wordsOf } from '../dead-letters/show-letters.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { addRedriveCommand } from './dead-letters-redrive.ts';
import { connectOps, type Ops } from '../ops/connect-ops.ts';
import { grouped } from '../terminal/table.ts';

type ListOptions = FilterOptions & {
  readonly limit: number;
  readonly summary?: true;
  readonly json?: true;
};
type ShowOptions = { readonly open?: true; readonly json?: true };

const mostListed = 10_000;

export function addDeadLettersCommand(program: Command, context: CommandContext): void {
  const letters = program
    .command('deadletters')
    .description('look at what was refused, open one of it, and offer some of it again')
    .addHelpText(
      'after',
      `
A dead letter is a record of ${streams.rejected.topic}: what was refused, as it was, and why.
They are kept for 90 days. docs/reference/errors.md says what each code means, and which
runbook answers it.`,
    );
  addListCommand(letters, context);
  addShowCommand(letters, context);
  addRedriveCommand(letters, context, (work) => withOps(context, work));
}

function addListCommand(letters: Command, context: CommandContext): void {
  letters
    .command('list')
    .description('what was refused, the newest first, and why')
    .addOption(new Option('--code <codes...>', 'refused for one of these').choices(rejectionCodes))
    .addOption(
      new Option('--source <name>', 'offered to ingest by this file or connection').conflicts('stream'),
    )
    .option('--stream <name>', 'found on this stream, such as received, or its topic')
    .option('--from <time>', 'refused from then on: 2026-01-31, 2026-01-31T08:00:00Z, or 24h ago')
    .option('--to <time>', 'refused before then; of a day its end')
    .option('-n, --limit <count>', 'how many at most', countOf, 50)
    .option('--summary', 'count all of them by code instead')
    .option('--json', 'print an array')
    .addHelpText(
      'after',
      `
Reads backwards from the newest and no further than it has to; --summary reads all that
--from and --to leave. Shows codes, field paths, places, times and sizes, and nothing of what
the records held. Days are those of UTC. Moves no consumer's position.

--json: [{ place, at, rejections: [{ code, path }], origin: { kind: "source", source, line }
  or { kind: "topic", topic, partition, offset }, originalBytes, keptBytes, redriven, unreadable }]
"redriven" is how often what it holds had been redriven when it was refused.
"unreadable" is null, or the code why the dead letter itself can't be read: what it says is
empty or null then. With --summary: [{ code, isUnreadable, records, firstAt, lastAt }].

Examples:
  npx weir deadletters list
  npx weir deadletters list --code iban_invalid card_number --source core
  npx weir deadletters list --stream received --from 24h
  npx weir deadletters list --summary --from 2026-01-01 --to 2026-01-31

Ends with 0 when that is done, 64 for wrong usage, 69 where nothing runs, 75 where a part is
out of reach (run it again).`,
    )
    .action((options: ListOptions) => {
      const filter = readFilter(options, Date.now());
      return withOps(context, (ops) => list(ops, { ...options, filter }, context));
    });
}

function addShowCommand(letters: Command, context: CommandContext): void {
  letters
    .command('show <place>')
    .description('one of them: why it was refused, where it came from, what opens it')
    .option('--open', 'also open and print what was refused, with account numbers')
    .option('--json', 'print it as one JSON object')
    .addHelpText(
      'after',
      `
PLACE is what "weir deadletters list" shows: rejected/2/41, or 2/41. A record that was refused
on a topic is sealed by itself inside its dead letter, a line that was offered is not.

--open uses the key of ops, and prints key, headers and SHA-256 as well. The audit trail has an
entry of it first ("dead_letters_opened"); where it can't have one, nothing is opened. What is
JSON is printed as it was written, anything else in hex.

--json: as of "list", without "unreadable", and with { rejections: [{ code, path, means,
  isToldToSecurity }], keyBytes, headers: [NAME], keyArn,
  original: { kind: none|unsealed } or { kind: "sealed", stream, keyArn,
    obstacle: null|cut_short|topic_unknown|not_for_ops },
  opened: null or { key: BYTES, headers: [{ name, value: BYTES }], sha256, original: BYTES,
    failure } }
BYTES is null or { encoding: json|utf8|hex, text }, and failure the code why the original could
not be opened.

Examples:
  npx weir deadletters show rejected/2/41
  npx weir deadletters show 2/41 --open

Ends with 0 when that is done, 1 where no dead letter stands there or it can't be opened, 64 for
what is no place, 69 where nothing runs, 75 where a part is out of reach or the audit trail can't
have its entry (run it again).`,
    )
    .action((text: string, options: ShowOptions) => {
      const place = readPlace(text);
      if (place === undefined) {
        throw new CommandError(exitCodes.usage, 'expected a place such as rejected/2/41');
      }
      return withOps(context, (ops) => show(ops, place, options, context));
    });
}

async function list(
  ops: Ops,
  options: ListOptions & { readonly filter: LetterFilter },
  { terminal, stopping }: CommandContext,
): Promise<void> {
  const reading = {
    filter: options.filter,
    signal: stopping,
    onProgress: (read: number) => terminal.live(`${grouped(read)} dead letters read`),
  };
  if (options.summary) {
    const counts = await countLetters(ops, reading);
    if (options.json) terminal.print(JSON.stringify(counts.map(countAsJson)));
    else if (counts.length === 0) terminal.say(nothingFound);
    else for (const line of showCounts(counts)) terminal.print(line);
    return;
  }
  // One more than is shown, to say that there are more.
  const found = await readNewestLetters(ops, { ...reading, count: options.limit + 1 });
  const letters = found.slice(0, options.limit);
  if (options.json) terminal.print(JSON.stringify(letters));
  else if (letters.length === 0) terminal.say(nothingFound);
  else for (const line of showLetters(letters)) terminal.print(line);
  if (found.length > letters.length) terminal.say(`There are more: --limit ${options.limit * 2}`);
}

const nothingFound = 'No dead letters';

async function show(
  ops: Ops,
  place: LetterPlace,
  options: ShowOptions,
  { terminal, stopping, exit }: CommandContext,
): Promise<void> {
  const found = await readLetterAt(ops, place, stopping);
  if (found === undefined) throw cannot(`No dead letter stands at ${placeText(place)}, or no longer`);
  const { record, opened: letter } = found;
  if (!letter.ok) {
    throw cannot(`${placeText(place)} can't be read: ${letter.code}. ${wordsOf(letter.code)}`.trim());
  }
  const { rejected } = letter;
  const opened = options.open ? await openOnRecord(ops, place, rejected) : undefined;
  const whole = {
    letter: letterOf(record, letter),
    rejected,
    keyArn: record.value === null ? '' : (readKekRef(record.value) ?? ''),
    original: originalOf(rejected),
    opened,
  };
  if (options.json) terminal.print(JSON.stringify(letterAsJson(whole)));
  else for (const line of showLetter(whole)) terminal.print(line);
  if (opened?.ok === false) exit(exitCodes.notAsItShouldBe);
}

const cannot = (why: string): CommandError => new CommandError(exitCodes.notAsItShouldBe, why);

async function withOps(
  { env, home, stopping }: CommandContext,
  work: (ops: Ops) => Promise<void>,
): Promise<void> {
  const ops = connectOps(env, home);
  try {
    await work(ops);
  } catch (error) {
    if (!stopping.aborted) throw error;
    throw new CommandError(exitCodes.tryAgain, 'Stopped before it was done', { cause: error });
  } finally {
    await ops.close();
  }
}

function countOf(text: string): number {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > mostListed) throw new InvalidArgumentError(`expected 1 to ${mostListed}`);
  return count;
}
