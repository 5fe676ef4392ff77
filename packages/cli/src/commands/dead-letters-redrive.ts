import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { maxRedrives, rejectionCodes, slug } from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import { readPlace } from '../dead-letters/dead-letter.ts';
import { readFilter, type FilterOptions } from '../dead-letters/letter-filter.ts';
import { findLetters, redrivenSinceMs, type Meant } from '../dead-letters/redrive/find-letters.ts';
import { requireOneTable } from '../dead-letters/redrive/one-table.ts';
import { planRedrive, type RedrivePlan } from '../dead-letters/redrive/plan-redrive.ts';
import { redriveOnRecord } from '../dead-letters/redrive/redrive-on-record.ts';
import { runRedrive, type RedriveResult } from '../dead-letters/redrive/run-redrive.ts';
import { settleOpen, untilNoneWorks, type Closing } from '../dead-letters/redrive/settle-open.ts';
import { redriveAsJson, showPlan, showResult } from '../dead-letters/redrive/show-redrive.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { runIngest } from '../ingest/run-ingest.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import type { Ops } from '../ops/connect-ops.ts';
import { grouped } from '../terminal/table.ts';

type RedriveOptions = FilterOptions & {
  readonly tenant?: string;
  readonly mapping?: string;
  readonly again?: true;
  readonly limit: number;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
};

const mostRedriven = 10_000;
const mostPlaces = 100;

export function addRedriveCommand(
  letters: Command,
  context: CommandContext,
  withOps: (work: (ops: Ops) => Promise<void>) => Promise<void>,
): void {
  letters
    .command('redrive [places...]')
    .description('offer some of them to ingest again, once what refused them is mended')
    .addOption(new Option('--code <codes...>', 'refused for one of these').choices(rejectionCodes))
    .addOption(new Option('--source <name>', 'offered to ingest by this file or connection'))
    .option('--from <time>', 'refused from then on: 2026-01-31, 2026-01-31T08:00:00Z, or 24h ago')
    .option('--to <time>', 'refused before then; of a day its end')
    .option(
      '-m, --mapping <file>',
      'how columns become fields now; needed for rows of a table, with --source',
    )
    .option('-t, --tenant <name>', 'whose those are that an earlier release refused', tenantOf)
    .option('-n, --limit <count>', 'how many at most, the oldest first', countOf, 1_000)
    .option('--again', `also those that were redriven and came back, ${maxRedrives} times at most`)
    .addOption(
      new Option('--dry-run', 'only show what would be done, which is what it does unasked').conflicts('yes'),
    )
    .option('--yes', 'do it')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Without PLACE, those that --code, --source, --from and --to leave. Each is read and checked by
ingest as any new offer of its source, under the same id. One that was accepted never goes again:
the windows know what has a verdict for 31 days only. Older letters are left out unless they are
named by their places; what an interrupted redrive may have sent is left out for good, where the
log no longer reaches back to it. What was observed by the wall clock is observed now, so it is late
where it is older than a day; what was fed from files of another time is observed as it was.
What is refused again becomes a dead letter again, which says of which it was and how often, and is
redriven by --again only. Which were redriven is kept on the topic of the dead letters; an
interrupted command goes on when it is given again, and first waits until nothing of it can still
be on its way, a minute at most.

Left out are: what was cut short, what nobody of ours sealed, ids that another transaction has,
reported outcomes, and transactions that have their place in the windows without a verdict.
--mapping is read now, so it may be another one than the file was fed with; it is of one table, so
rows of several sources are refused. Limits are those that ingest is configured with now.

Reads and opens as ops and hands over to ingest through a pipe: what the letters hold rests
nowhere. The audit trail has an entry of it first ("dead_letters_redriven", with how many, the
filter, --tenant, and digests of the places and of the mapping); where it can't have one, nothing
is opened.

--json: { asked, toRedrive, codes: [{ code, records }], sources: [{ source: null or NAME, records }],
  leftOut: [{ why, records }], beyondLimit, placesSha256, result: null or
  { accepted, refused, unfit, notSent, notOurs, refusedFor: { CODE: records } } }

Examples:
  npx weir deadletters redrive --source core --from 24h
  npx weir deadletters redrive --code currency_unknown --source core --mapping mended.json --yes
  npx weir deadletters redrive rejected/2/41 --yes

Ends with 0 when that is done, also where some were refused again; 1 where no dead letter stands at
a place, 64 for wrong usage, 69 where nothing runs, 75 where a part is out of reach, the audit trail
can't have its entry or another redrive goes on (run it again), 78 for a mapping that is none.`,
    )
    .action((places: string[], options: RedriveOptions) => {
      const meant = meantBy(places, options);
      return withOps((ops) => redrive(ops, meant, options, context));
    });
}

async function redrive(
  ops: Ops,
  meant: Meant,
  options: RedriveOptions,
  { home, terminal, stopping: signal }: CommandContext,
): Promise<void> {
  // Ingest is started here, as it is for "weir ingest".
  if (runningStack(home) === undefined) throw new CommandError(exitCodes.notRunning, notRunningSentence);
  const read = () =>
    findLetters(ops, meant, {
      ...{ signal, tenant: options.tenant, hasMapping: options.mapping !== undefined },
      onProgress: (count) => terminal.live(`${grouped(count)} dead letters read`),
    });
  const isDryRun = options.yes !== true;
  const clock = { nowMs: Date.now, sleep: (delayMs: number) => sleep(delayMs, undefined, { signal }) };
  const { candidates, history } = isDryRun ? await read() : await untilNoneWorks(read, clock);
  const { closing, settled } = await settleOpen(ops, history, signal);
  const again = options.again === true;
  const sinceMs = redrivenSinceMs(meant, Date.now());
  const plan = planRedrive(candidates, settled, { again, limit: options.limit, sinceMs });
  requireOneTable(plan.planned, meant);
  if (!options.json) for (const line of showPlan(plan)) terminal.print(line);
  const isIdle = plan.planned.length === 0 && closing.length === 0;
  const result = isDryRun || isIdle ? null : await run(plan, closing);
  if (options.json) terminal.print(JSON.stringify(redriveAsJson(plan, result)));
  else if (result !== null) for (const line of showResult(result)) terminal.print(line);
  else if (plan.planned.length > 0) terminal.say('Nothing was done: --yes redrives them');

  function run(wanted: RedrivePlan, open: readonly Closing[]): Promise<RedriveResult> {
    const mapping = options.mapping === undefined ? undefined : readMapping(options.mapping);
    return redriveOnRecord(ops, meant, wanted, { again, tenant: options.tenant, mapping }, () =>
      runRedrive(ops, (one) => runIngest({ ...one, home, signal }), {
        ...{ planned: wanted.planned, closing: open, mapping: options.mapping, signal },
        onProgress: ({ accepted, refused }) =>
          terminal.live(`${grouped(accepted)} accepted, ${grouped(refused)} refused again`),
      }),
    );
  }
}

/** What ingest reads by itself. Throws CommandError where it couldn't. */
function readMapping(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CommandError(exitCodes.configuration, `${file} can't be read`, { cause: error });
  }
}

function meantBy(texts: readonly string[], options: RedriveOptions): Meant {
  if (texts.length === 0) {
    if (options.mapping !== undefined && options.source === undefined)
      throw new CommandError(exitCodes.usage, '--mapping is of one table: say --source, too');
    return { kind: 'filter', filter: readFilter(options, Date.now()) };
  }
  const { code, source, from, to } = options;
  if ([code, source, from, to].some((one) => one !== undefined)) {
    throw new CommandError(exitCodes.usage, 'Either places, or --code, --source, --from and --to');
  }
  if (texts.length > mostPlaces)
    throw new CommandError(exitCodes.usage, `At most ${mostPlaces} places at once`);
  const places = texts.map((text) => {
    const place = readPlace(text);
    if (place === undefined) {
      throw new CommandError(exitCodes.usage, 'expected a place such as rejected/2/41');
    }
    return place;
  });
  return { kind: 'places', places };
}

function tenantOf(text: string): string {
  if (!slug.safeParse(text).success)
    throw new InvalidArgumentError('expected 1 to 40 of a–z, 0–9 and hyphens');
  return text;
}

function countOf(text: string): number {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > mostRedriven) throw new InvalidArgumentError(`expected 1 to ${mostRedriven}`);
  return count;
}
