import type { Measurement } from '../goals.ts';
import type { ReplayResults } from './run-replays.ts';

type ReplayGoals = Readonly<
  Record<
    'replayOverRawReading' | 'replayDifferences' | 'liveP99WithReplay' | 'planSeconds10000000Records',
    Measurement | undefined
  >
>;

/** What the goals of replays are measured by, as far as (i) went. */
export const measuredReplays = ({
  determinism,
  speed,
  liveLatency,
  planTime,
}: ReplayResults): ReplayGoals => ({
  replayOverRawReading: speed && {
    value: speed.replayOverRaw,
    repeats: Math.min(speed.replay.length, speed.raw.length),
  },
  replayDifferences: determinism && {
    // A part of it was judged again and again; what differs there differs.
    value: [determinism, ...(speed?.replay ?? [])].reduce((sum, { differences }) => sum + differences, 0),
    repeats: 1 + (speed?.replay.length ?? 0),
    of: `${determinism.counts.transactions} transactions once, and the range of the speed`,
  },
  liveP99WithReplay: liveLatency && {
    value: liveLatency.p99OverWithout,
    repeats: Math.min(liveLatency.without.length, liveLatency.with.length),
    of: `${liveLatency.txPerSecond} tx/s`,
  },
  planSeconds10000000Records: planTime && {
    value: planTime.secondsAtMost,
    repeats: Math.min(...planTime.plans.map(({ seconds }) => seconds.length)),
    of: `by ${planTime.slowest}, ${planTime.records} records`,
  },
});
