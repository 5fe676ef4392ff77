import { setTimeout as sleep } from 'node:timers/promises';
import { streams } from '@weir/contracts';
import { hasTimeFor } from './bench-context.ts';
import type { BenchContext } from './bench-context.ts';
import type { BenchLog, Positions } from './bench-log.ts';
import type { OfferedLines } from './offered-lines.ts';
import { startPacedFeed } from './paced-feed.ts';
import { createPassthroughRunner, passthroughTopic } from './passthrough-runner.ts';
import type { PassthroughRunner } from './passthrough-runner.ts';
import { placeForPipeline } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';
import { cpuPerTransaction, loadAverage, median, round, usageOf } from './process-usage.ts';
import { endsOf, meanBytes } from './read-outputs.ts';
import { shownCpu } from './repeated.ts';
import { journalTransactions } from './scenario.ts';
import { numberOf, startVerdictReader } from './verdict-reader.ts';
import { startDetection, startIngest } from './workers.ts';
import type { WorkerProcess } from './worker-process.ts';

/** In ms. */
export type Percentiles = {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
};

export type LatencyFigures = {
  readonly transactions: number;
  /** From the broker's own time of appending, just before ingest is answered, to when a reader sees the verdict. */
  readonly fromAcknowledged: Percentiles;
  /** From when the transaction was due to be offered, so with ingest and whatever kept it waiting. */
  readonly fromDue: Percentiles;
  readonly cpuMsPerTx: Readonly<Record<string, number>>;
  readonly recordsPerTransaction: number;
  readonly loadAverage: number;
};

export type LatencyResults = {
  readonly txPerSecond: number;
  readonly detection: readonly LatencyFigures[];
  readonly passthrough: readonly LatencyFigures[];
  readonly p999Ms: number;
  readonly p99OverPassthrough: number;
};

type Variant = 'detection' | 'passthrough';

/**
 * (e): an open loop. Each transaction has a time it is due at, at a fixed rate;
 * ingest is given it then, whatever became of those before. Each is counted,
 * so a stall counts for everything that fell due in it.
 */
export async function runLatency(context: BenchContext, pipeline: Pipeline): Promise<LatencyResults> {
  const { settings, stack, say } = context;
  const found: Record<Variant, LatencyFigures[]> = { detection: [], passthrough: [] };
  let passthrough: PassthroughRunner | undefined;
  for (let turn = 1; turn <= settings.repeats; turn += 1) {
    if (turn > 1 && !hasTimeFor(context, 'latency')) break;
    const variants: readonly Variant[] =
      turn % 2 === 1 ? ['detection', 'passthrough'] : ['passthrough', 'detection'];
    for (const variant of variants) {
      // Its records are as large as the verdicts that detection has written by then.
      if (variant === 'passthrough')
        passthrough ??= await createPassthroughRunner(
          stack,
          settings,
          (await meanBytes(stack.log, 'cleared', 200)).value,
        );
      const figures = await measureLatency(context, pipeline, passthrough, variant);
      found[variant].push(figures);
      const { p50, p99, p999 } = figures.fromAcknowledged;
      say(
        `(e) ${variant} at ${settings.latency.txPerSecond} tx/s: p50 ${p50} ms, p99 ${p99} ms, p99.9 ${p999} ms, ` +
          `${figures.recordsPerTransaction} records per transaction, load ${figures.loadAverage}; ` +
          shownCpu(figures.cpuMsPerTx),
      );
    }
  }
  const middle = (variant: Variant, of: keyof Percentiles): number =>
    median(found[variant].map(({ fromAcknowledged }) => fromAcknowledged[of]));
  return {
    txPerSecond: settings.latency.txPerSecond,
    ...found,
    p999Ms: round(middle('detection', 'p999'), 1),
    p99OverPassthrough: round(middle('detection', 'p99') / middle('passthrough', 'p99'), 3),
  };
}

async function measureLatency(
  context: BenchContext,
  { lines }: Pipeline,
  passthrough: PassthroughRunner | undefined,
  variant: Variant,
): Promise<LatencyFigures> {
  const { settings, stack } = context;
  const { txPerSecond, warmSeconds, seconds } = settings.latency;
  const { log } = stack;
  const [warm, count] = [warmSeconds * txPerSecond, (warmSeconds + seconds) * txPerSecond];
  const first = lines.given();
  const from = await placeForPipeline(context);
  const load = loadAverage();
  const journalFrom = await endsOf(log, 'decisions');
  const passedFrom = await passthrough?.writtenEnd();
  const reader = await startVerdictReader(log, {
    topics: variant === 'detection' ? [streams.cleared.topic, streams.held.topic] : [passthroughTopic],
    lines,
    first,
    count,
  });
  await passthrough?.seek({ from });
  const startWorkers = (): readonly WorkerProcess[] => {
    if (variant === 'detection') return startDetection(stack.roleEnvironment('detection'), settings);
    if (passthrough === undefined) throw new Error('there is no passthrough to measure');
    return passthrough.start(settings);
  };
  const workers = startWorkers();
  const ingest = startIngest(stack.roleEnvironment('ingest'), settings);
  const watched = [...workers, ingest]
    .map(({ name, pid }) => ({ name, pid }))
    .concat(stack.watched('kafka', 'redis', 'kms'));
  try {
    if (ingest.stdin === undefined) throw new Error('ingest takes no input');
    const feed = startPacedFeed({ into: ingest.stdin, lines, txPerSecond, count });
    while (feed.dueBy(performance.now()) < warm) await sleep(5);
    const before = usageOf(watched);
    await feed.ended;
    await reader.allSeen();
    const after = usageOf(watched);
    ingest.stdin.end();
    await ingest.exited;
    const acknowledged = await acknowledgedFrom(log, from, lines, first, count);
    const latencies = (since: (n: number) => number): Percentiles =>
      percentilesOf(
        Array.from({ length: count - warm }, (_, index) => {
          const n = warm + index;
          return (reader.seenAtEpochMs[n] ?? Number.NaN) - since(n);
        }),
      );
    return {
      transactions: count - warm,
      fromAcknowledged: latencies((n) => acknowledged[n] ?? Number.NaN),
      fromDue: latencies(feed.dueAtEpochMs),
      cpuMsPerTx: cpuPerTransaction(before, after, count - warm),
      recordsPerTransaction:
        variant === 'passthrough'
          ? ((await passthrough?.recordsPerTransaction(passedFrom ?? 0, count)) ?? Number.NaN)
          : round(count / journalTransactions(journalFrom, await endsOf(log, 'decisions')), 1),
      loadAverage: load,
    };
  } finally {
    await reader.stop();
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

/** When the broker appended each transaction, in ms since the epoch: the log has LogAppendTime. */
export async function acknowledgedFrom(
  log: BenchLog,
  from: Positions,
  lines: OfferedLines,
  first: number,
  count: number,
): Promise<Float64Array> {
  const appendedAtMs = new Float64Array(count).fill(Number.NaN);
  await log.kafka.readRange({
    topic: streams.received.topic,
    from,
    readCommitted: true,
    deadlineMs: 60_000,
    onRecord: ({ headers, timestampMs }) => {
      appendedAtMs[numberOf(headers, lines) - first] = timestampMs;
    },
  });
  return appendedAtMs;
}

/** By nearest rank. Throws where one was never measured. */
export function percentilesOf(latenciesMs: readonly number[]): Percentiles {
  const sorted = Float64Array.from(latenciesMs).toSorted();
  if (sorted.length === 0 || sorted.some((one) => Number.isNaN(one)))
    throw new Error('a latency was not measured');
  const at = (fraction: number): number => round(sorted[Math.ceil(fraction * sorted.length) - 1] ?? 0, 1);
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}
