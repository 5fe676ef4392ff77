import { setTimeout as sleep } from 'node:timers/promises';
import { Argument, InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { streamNames, streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import { connectOps } from '../ops/connect-ops.ts';
import type { Ops } from '../ops/connect-ops.ts';
import { describeEvent, eventAsJson } from '../ops/describe-event.ts';
import { endsOf, readEvents } from '../ops/read-events.ts';
import type { ReadEvent } from '../ops/read-events.ts';
import { readLatestEvents } from '../ops/read-latest.ts';

const pollIntervalMs = 1_000;
const defaultCount = 10;
/** They are kept in memory to be put in order; --all is for more. */
const mostLines = 10_000;

type TailOptions = {
  readonly lines: number;
  readonly all?: true;
  readonly follow: boolean;
  readonly json?: true;
};

/** Those that ops may open; what waits for the notary is nobody else's. */
const shownStreams = streamNames.filter((name) => streams[name].readers.includes('ops'));

export function addTailCommand(program: Command, context: CommandContext): void {
  program
    .command('tail')
    .description('open and show the latest events of a stream')
    .addArgument(new Argument('<stream>', 'which stream').choices(shownStreams))
    .option('-n, --lines <count>', 'how many of the latest events to begin with', wholeNumber, defaultCount)
    .option('--all', 'from the beginning of the stream, each partition in its order')
    .option('--no-follow', 'end at the present end of the stream')
    .option(
      '--json',
      'one JSON object a line, with the opened payload in full (of rejected, what it is and not what it holds)',
    )
    .addHelpText(
      'after',
      `
Begins with the latest of the whole stream, in the order of their time; what comes
after is shown as it comes. Reads as ops: it opens what the ops role has keys for
and moves no consumer's position. Accounts are masked, except with --json. Ctrl-C
ends it. Of what was refused it shows codes, fields, places and sizes, also with
--json: "weir deadletters show PLACE --open" opens one, on record.`,
    )
    .action(async (stream: StreamName, options: TailOptions) => {
      const ops = connectOps(context.env, context.home);
      try {
        await tail(ops, stream, options, context);
      } finally {
        await ops.close();
      }
    });
}

async function tail(
  ops: Ops,
  stream: StreamName,
  options: TailOptions,
  context: CommandContext,
): Promise<void> {
  const { terminal, stopping } = context;
  let shown = 0;
  const show = (event: ReadEvent): void => {
    // Ends the read as well: nobody wants the rest of it.
    stopping.throwIfAborted();
    terminal.print(options.json ? eventAsJson(stream, event) : describeEvent(stream, event));
    shown += 1;
  };
  try {
    let ends = await showFirst(ops, stream, options, show);
    if (!options.follow) {
      if (shown === 0 && (options.all || options.lines > 0)) terminal.say('No events yet');
      return;
    }
    while (!stopping.aborted) {
      await sleep(pollIntervalMs, undefined, { signal: stopping });
      const until = await endsOf(ops, stream);
      await readEvents(ops, stream, { from: ends, until }, show);
      ends = until;
    }
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
}

/** Shows what there is to begin with, and answers the ends it reached. */
async function showFirst(
  ops: Ops,
  stream: StreamName,
  { all, lines }: TailOptions,
  show: (event: ReadEvent) => void,
): Promise<ReadonlyMap<number, number>> {
  const offsets = await ops.kafka.offsets(streams[stream].topic);
  const ends = new Map(offsets.map(({ partition, end }) => [partition, end]));
  if (all) {
    const from = new Map(offsets.map(({ partition, earliest }) => [partition, earliest]));
    await readEvents(ops, stream, { from, until: ends }, show);
    return ends;
  }
  for (const event of await readLatestEvents(ops, stream, { count: lines, offsets })) show(event);
  return ends;
}

function wholeNumber(text: string): number {
  const lines = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
  if (lines > mostLines) throw new InvalidArgumentError(`It takes a whole number up to ${mostLines}.`);
  return lines;
}
