import { streams } from '@weir/contracts';
import type { KafkaClient } from '@weir/kafka';
import type { BenchContext } from '../bench-context.ts';
import type { Positions } from '../bench-log.ts';
import { loadAverage, median, round } from '../process-usage.ts';
import type { ReplayService } from './replay-service.ts';
import { runReplayOnce, wholeOf } from './run-replay-once.ts';
import type { ReplayRunFigures } from './run-replay-once.ts';
import { inTurns } from './turns.ts';

export type RawReadFigures = {
  readonly records: number;
  /** From asking until the last record, the reader's joining included; a replay joins as well. */
  readonly seconds: number;
  readonly recordsPerSecond: number;
  readonly loadAverage: number;
};

export type SpeedFigures = {
  readonly replay: readonly ReplayRunFigures[];
  readonly raw: readonly RawReadFigures[];
  readonly replayPerSecond: number;
  readonly rawPerSecond: number;
  readonly replayOverRaw: number;
};

/** A range that begins with the log is judged again, and read by a program that does nothing else, in turns. */
export async function measureSpeed(
  { settings, say }: BenchContext,
  service: ReplayService,
  { kafka, ends }: { readonly kafka: KafkaClient; readonly ends: Positions },
): Promise<SpeedFigures> {
  const { speedRecords, repeats, deadlineMs } = settings.replays;
  const each = Math.ceil(speedRecords / ends.size);
  const until: Positions = new Map(
    [...ends].map(([partition, end]) => [partition, Math.min(end, each)] as const),
  );
  // The first of all would find cold code and a cold cache.
  await readRaw(kafka, until, deadlineMs);
  const replay: ReplayRunFigures[] = [];
  const raw: RawReadFigures[] = [];
  for (const turn of inTurns('raw', 'replay', repeats)) {
    if (turn === 'raw') raw.push(await readRaw(kafka, until, deadlineMs));
    else replay.push(await runReplayOnce(service, wholeOf(until), deadlineMs));
  }
  const replayPerSecond = median(replay.map(({ recordsPerSecond }) => recordsPerSecond));
  const rawPerSecond = median(raw.map(({ recordsPerSecond }) => recordsPerSecond));
  const replayOverRaw = round(replayPerSecond / rawPerSecond, 4);
  say(`(i) judged again ${replayPerSecond}/s, read raw ${rawPerSecond}/s: ${replayOverRaw} of it`);
  return { replay, raw, replayPerSecond, rawPerSecond, replayOverRaw };
}

async function readRaw(kafka: KafkaClient, until: Positions, deadlineMs: number): Promise<RawReadFigures> {
  let records = 0;
  const load = loadAverage();
  const beganAtMs = performance.now();
  await kafka.readRange({
    topic: streams.received.topic,
    from: new Map([...until].map(([partition]) => [partition, 0])),
    until,
    readCommitted: true,
    deadlineMs,
    onRecord: () => void (records += 1),
  });
  const seconds = round((performance.now() - beganAtMs) / 1_000, 3);
  return { records, seconds, recordsPerSecond: round(records / seconds, 0), loadAverage: load };
}
