import { streams } from '@weir/contracts';
import { isJudged } from '@weir/replays';
import type { ReadReplayRequest, Stretch } from '@weir/replays';
import type { WindowPlan } from '@weir/windows';
import { clocksDifferByMs } from '../engine/run-pass.ts';
import type { LogBounds } from './bounds-of-log.ts';
import { planRefused } from './plan-parts.ts';
import type { PlanParts, PlanRefused } from './plan-parts.ts';

/**
 * So far ahead of the clock may stand in the log what happened later: ingest lets that by unless FUTURE_LIMIT_MS says
 * otherwise, and it is held as future-dated. Where ingest takes more, a range of log time finds it.
 */
const aheadMs = 86_400_000;

/** What a request comes to in offsets, as it was asked for; nothing says yet that it is there. */
type Wanted = { readonly partition: number; readonly from: number; readonly to: number };

/** The stretches of a request, in the order of partitions, none of them empty. */
export async function chooseStretches(
  { kafka }: Pick<PlanParts, 'kafka'>,
  { range, stream, target }: Pick<ReadReplayRequest, 'range' | 'stream' | 'target'>,
  bounds: LogBounds,
  windowPlan: WindowPlan,
): Promise<readonly Stretch[] | PlanRefused> {
  const wanted = await wantedOffsets(kafka, { range, topic: streams[stream].topic }, bounds, windowPlan);
  if ('kind' in wanted) return wanted;
  const stretches: Stretch[] = [];
  let isUndecided = false;
  for (const { partition, earliest, decidedTo, end } of bounds.partitions) {
    const one = wanted.find((asked) => asked.partition === partition);
    if (one === undefined) continue;
    const from = Math.max(one.from, earliest);
    const to = Math.min(one.to, decidedTo);
    // An account that was quiet for long is remembered by what it did last, however long ago.
    const warmFrom = isJudged(target) ? earliest : from;
    if (from < to) stretches.push({ partition, warmFrom, from, to });
    else isUndecided ||= from < Math.min(one.to, end);
  }
  if (stretches.length > 0) return stretches;
  return planRefused(isUndecided ? 'range_undecided' : 'range_empty');
}

async function wantedOffsets(
  kafka: PlanParts['kafka'],
  { range, topic }: Pick<ReadReplayRequest, 'range'> & { readonly topic: string },
  { partitions }: LogBounds,
  { futureToleranceMs }: WindowPlan,
): Promise<readonly Wanted[] | PlanRefused> {
  if (range.by === 'offsets') {
    const known = new Set(partitions.map(({ partition }) => partition));
    const asked = new Set(range.stretches.map(({ partition }) => partition));
    if (asked.size < range.stretches.length)
      return planRefused('request_malformed', 'range.stretches: name each partition once.');
    if (range.stretches.some(({ partition }) => !known.has(partition)))
      return planRefused('request_malformed', 'range.stretches: there is no such partition.');
    return range.stretches;
  }
  const [fromMs, toMs] = [Date.parse(range.from), Date.parse(range.to)];
  if (fromMs >= toMs) return planRefused('range_empty', 'It ends before it begins.');
  const earliestMs =
    range.by === 'logTime' ? fromMs : fromMs - Math.max(futureToleranceMs, aheadMs) - clocksDifferByMs;
  const first = await kafka.offsetsAtTime(topic, earliestMs);
  // What happened within the range may come in at any time behind it.
  const behind = range.by === 'logTime' ? await kafka.offsetsAtTime(topic, toMs) : undefined;
  return partitions.map(({ partition, end }) => ({
    partition,
    from: first.get(partition) ?? end,
    to: behind?.get(partition) ?? end,
  }));
}
