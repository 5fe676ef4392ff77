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

const pollIntervalMs = 1_000;
const defaultCount = 10;

type TailOptions = {
  readonly lines: number;
  readonly all?: true;
  readonly follow: boolean;
  readonly json?: true;
};

export function addTailCommand(program: Command, context: CommandContext): void {
  program
    .command('tail')
    .description('open and show the latest events of a stream')
    .addArgument(new Argument('<stream>', 'which stream').choices(streamNames))
    .option('-n, --lines <count>', 'how many of the latest of each partition', wholeNumber, defaultCount)
    .option('--all', 'from the beginning of the stream')
    .option('--no-follow', 'end at the present end of the stream')
    .option('--json', 'one JSON object a line, with the opened payload in full')
    .addHelpText(
      'after',
      `
Reads as ops: it opens what the ops role has keys for and moves no consumer's
position. Accounts are masked, except with --json. Ctrl-C ends it.`,
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
  let shown = await startOf(ops, stream, options);
  while (!stopping.aborted) {
    const ends = await endsOf(ops, stream);
    await readEvents(ops, stream, { from: shown, until: ends }, (event) =>
      terminal.print(options.json ? eventAsJson(stream, event) : describeEvent(stream, event)),
    );
    shown = ends;
    if (!options.follow) return;
    await sleep(pollIntervalMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}

async function startOf(
  ops: Ops,
  stream: StreamName,
  { all, lines }: TailOptions,
): Promise<Map<number, number>> {
  const offsets = await ops.kafka.offsets(streams[stream].topic);
  return new Map(
    // Markers of transactions take offsets too: where each run is one, there are about as many as records.
    offsets.map(({ partition, earliest, end }) => [
      partition,
      all ? earliest : Math.max(earliest, end - 2 * lines),
    ]),
  );
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It takes a whole number.');
  return Number(text);
}
