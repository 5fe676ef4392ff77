import type { CommandContext } from '../command-context.ts';
import { readLedgers } from '../ledger/read-ledgers.ts';
import type { Ops } from '../ops/connect-ops.ts';
import { endsOf } from '../ops/read-events.ts';
import { grouped } from '../terminal/table.ts';
import { feedDay } from './feed-day.ts';
import { compareWithTruth, readHeld } from './held-transactions.ts';
import { readPipelineCounts } from './pipeline-counts.ts';
import type { PipelineCounts } from './pipeline-counts.ts';
import type { DayReport } from './show-day.ts';
import { readCalendar, writeCalendar } from './simulated-days.ts';
import { waitUntilDrained } from './wait-until-drained.ts';

const liveIntervalMs = 500;

/** Streams the next simulated day through the pipeline, watches it, and reports once all of it has its verdict. */
export async function runDay(
  ops: Ops,
  addresses: Readonly<Record<string, string>>,
  { home, terminal, stopping }: CommandContext,
): Promise<DayReport> {
  const calendar = readCalendar(home);
  writeCalendar(home, { ...calendar, nextDay: calendar.nextDay + 1 });
  terminal.say(`Simulating day ${calendar.nextDay} of the bank with seed ${calendar.seed}`);
  const heldBefore = await endsOf(ops, 'held');
  const before = await readPipelineCounts(addresses);
  const startedMs = performance.now();
  let received = 0;
  const showLive = async (): Promise<void> => {
    const now = await readPipelineCounts(addresses);
    terminal.live(liveLine(received, before, now, performance.now() - startedMs));
  };
  const ticking = setInterval(() => void showLive(), liveIntervalMs);
  try {
    const { summary, truth } = await feedDay({
      home,
      calendar,
      onProgress: (progress) => {
        received = progress.acknowledged;
      },
      signal: stopping,
    });
    received = summary?.acknowledged ?? received;
    await waitUntilDrained(ops, stopping);
    const durationMs = performance.now() - startedMs;
    clearInterval(ticking);
    await showLive();
    const held = await readHeld(ops, heldBefore);
    const ledgers = await readLedgers(ops, home);
    return {
      day: calendar.nextDay,
      summary,
      durationMs,
      ledgers,
      held,
      comparison: compareWithTruth(held, truth),
    };
  } finally {
    clearInterval(ticking);
  }
}

function liveLine(received: number, before: PipelineCounts, now: PipelineCounts, elapsedMs: number): string {
  const since = (name: keyof PipelineCounts): string => grouped(Math.max(0, now[name] - before[name]));
  const decided = now.cleared + now.held - before.cleared - before.held;
  const perSecond = elapsedMs < 1 ? 0 : Math.max(0, Math.round((1000 * decided) / elapsedMs));
  return [
    `received ${grouped(received)}`,
    `cleared ${since('cleared')}`,
    `held ${since('held')}`,
    `rejected ${since('rejected')}`,
    `alerts ${since('alerts')}`,
    `lag ${grouped(now.lag)}`,
    `${grouped(perSecond)} tx/s`,
  ].join('  ');
}
