import { setTimeout as sleep } from 'node:timers/promises';
import { streams } from '@weir/contracts';
import { waitFor } from '@weir/testkit';
import type { BenchContext } from '../bench-context.ts';
import type { Positions } from '../bench-log.ts';
import { acknowledgedFrom, percentilesOf } from '../latency.ts';
import type { Percentiles } from '../latency.ts';
import { createOfferedLines, ingestPlaces } from '../offered-lines.ts';
import { startPacedFeed } from '../paced-feed.ts';
import type { PacedFeed } from '../paced-feed.ts';
import { loadAverage, median, round } from '../process-usage.ts';
import type { BenchSettings } from '../settings.ts';
import { startVerdictReader } from '../verdict-reader.ts';
import { startDetection, startIngest } from '../workers.ts';
import type { ReplayService } from './replay-service.ts';
import { wholeOf } from './run-replay-once.ts';
import { inTurns } from './turns.ts';

const populationId = 104;
/** The feed goes on until all windows are over, which is long before it has offered so many seconds' worth. */
const mostSeconds = 900;

/** One window of live load. */
export type LatencyWindow = {
  readonly transactions: number;
  /** From the broker's time of appending to when a reader sees the verdict. */
  readonly latencyMs: Percentiles;
  /** What the replay read meanwhile; 0 where none ran. */
  readonly replayedPerSecond: number;
  readonly loadAverage: number;
};

export type LiveLatencyFigures = {
  readonly txPerSecond: number;
  readonly without: readonly LatencyWindow[];
  readonly with: readonly LatencyWindow[];
  readonly p50OverWithout: number;
  readonly p99OverWithout: number;
};

type Span = Pick<LatencyWindow, 'replayedPerSecond' | 'loadAverage'> & {
  readonly turn: 'without' | 'with';
  readonly from: number;
  readonly to: number;
};

/**
 * An open loop at a steady rate through ingest and detection, and beside it, in every second window, a replay at the
 * rate that replays have by default. Windows of one kind are looked at together; whichever came first comes last next.
 */
export async function measureLiveLatency(
  context: BenchContext,
  service: ReplayService,
  replayed: Positions,
): Promise<LiveLatencyFigures> {
  const { settings, stack, say } = context;
  const { log } = stack;
  const { txPerSecond, accounts, warmSeconds } = settings.replays.latency;
  const lines = createOfferedLines({
    ...{ name: 'live', id: populationId, accounts, active: accounts, history: 50 },
    partitions: settings.partitions,
    places: ingestPlaces(populationId, settings.partitions, stack.roleEnvironment('ingest')),
  });
  const from = await log.ends();
  const reader = await startVerdictReader(log, {
    topics: [streams.cleared.topic, streams.held.topic],
    ...{ lines, first: 0, count: txPerSecond * mostSeconds },
  });
  const workers = startDetection(stack.roleEnvironment('detection'), settings);
  const ingest = startIngest(stack.roleEnvironment('ingest'), settings);
  try {
    if (ingest.stdin === undefined) throw new Error('ingest takes no input');
    const feed = startPacedFeed({ into: ingest.stdin, lines, txPerSecond, count: Infinity });
    const spans: Span[] = [];
    try {
      const isSeen = (): boolean => !Number.isNaN(reader.seenAtEpochMs[0]);
      await waitFor(isSeen, { deadlineMs: settings.drainDeadlineMs, what: 'the first verdict' });
      await sleep(warmSeconds * 1_000);
      for (const turn of inTurns('without' as const, 'with' as const, settings.replays.latency.rounds))
        spans.push(await lookAt(context, service, { turn, feed, replayed }));
    } finally {
      feed.stop();
      await feed.ended;
      ingest.stdin.end();
      await ingest.exited;
    }
    const count = lines.given();
    const allSeen = (): boolean =>
      !reader.seenAtEpochMs.subarray(0, count).some((atMs) => Number.isNaN(atMs));
    await waitFor(allSeen, { deadlineMs: settings.drainDeadlineMs, what: `${count} verdicts` });
    const acknowledged = await acknowledgedFrom(log, from, lines, 0, count);
    const latenciesOf = (one: Span): LatencyWindow => ({
      transactions: one.to - one.from,
      latencyMs: percentilesOf(
        Array.from(
          { length: one.to - one.from },
          (_, index) =>
            (reader.seenAtEpochMs[one.from + index] ?? Number.NaN) -
            (acknowledged[one.from + index] ?? Number.NaN),
        ),
      ),
      ...{ replayedPerSecond: one.replayedPerSecond, loadAverage: one.loadAverage },
    });
    const windowsOf = (turn: Span['turn']): LatencyWindow[] =>
      spans.filter((one) => one.turn === turn).map(latenciesOf);
    const figures = compared(txPerSecond, windowsOf('without'), windowsOf('with'));
    say(
      `(i) at ${txPerSecond} tx/s: p99 ${shown(figures.without)} ms without a replay, ${shown(figures.with)} ms with one: ` +
        `${figures.p99OverWithout} times as long`,
    );
    return figures;
  } finally {
    await reader.stop();
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

/** One window, behind a pause; with a replay that is planned, and begun, before it, and told to stop behind it. */
async function lookAt(
  { settings }: BenchContext,
  service: ReplayService,
  {
    turn,
    feed,
    replayed,
  }: { readonly turn: Span['turn']; readonly feed: PacedFeed; readonly replayed: Positions },
): Promise<Span> {
  const { seconds, settleSeconds } = settings.replays.latency;
  const replayId = turn === 'with' ? await beginReplay(service, replayed, settings) : undefined;
  const doneNow = async (): Promise<number> =>
    replayId === undefined ? 0 : ((await service.stateOf(replayId)).progress?.done ?? 0);
  await sleep(settleSeconds * 1_000);
  const [beganAtMs, before, from] = [performance.now(), await doneNow(), feed.dueBy(performance.now())];
  const load = loadAverage();
  await sleep(seconds * 1_000);
  const to = feed.dueBy(performance.now());
  const replayedPerSecond = round(
    ((await doneNow()) - before) / ((performance.now() - beganAtMs) / 1_000),
    0,
  );
  if (replayId !== undefined) {
    const { state } = await service.stateOf(replayId);
    if (state !== 'running') throw new Error(`the replay beside the live load was ${state} before its time`);
    await service.change(replayId, 'stop');
  }
  await sleep(settleSeconds * 1_000);
  return { turn, from, to, replayedPerSecond, loadAverage: load };
}

/** At the rate that the service has where a plan says nothing else, unless the settings do. */
async function beginReplay(
  service: ReplayService,
  replayed: Positions,
  { replays, drainDeadlineMs: deadlineMs }: Pick<BenchSettings, 'replays' | 'drainDeadlineMs'>,
): Promise<string> {
  const { recordsPerSecond } = replays.latency;
  const { replayId } = await service.plan({
    range: wholeOf(replayed),
    ...(recordsPerSecond === undefined ? {} : { recordsPerSecond }),
  });
  await service.change(replayId, 'run');
  await waitFor(
    async () => {
      const { state, progress } = await service.stateOf(replayId);
      return state !== 'running' || progress?.phase === 'judging';
    },
    { deadlineMs, what: 'a replay that judges' },
  );
  return replayId;
}

const middle = (windows: readonly LatencyWindow[], of: keyof Percentiles): number =>
  median(windows.map(({ latencyMs }) => latencyMs[of]));

const shown = (windows: readonly LatencyWindow[]): number => round(middle(windows, 'p99'), 1);

/** Medians over the windows of either kind, of one through those of the other. */
export const compared = (
  txPerSecond: number,
  without: readonly LatencyWindow[],
  withReplay: readonly LatencyWindow[],
): LiveLatencyFigures => ({
  ...{ txPerSecond, without, with: withReplay },
  p50OverWithout: round(middle(withReplay, 'p50') / middle(without, 'p50'), 3),
  p99OverWithout: round(middle(withReplay, 'p99') / middle(without, 'p99'), 3),
});
