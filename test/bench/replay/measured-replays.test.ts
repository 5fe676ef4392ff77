import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateGoals } from '../goals.ts';
import { compared } from './live-latency.ts';
import type { LatencyWindow } from './live-latency.ts';
import { measuredReplays } from './measured-replays.ts';
import type { ReplayResults } from './run-replays.ts';

const run = (differences: number) => ({
  ...{ replayId: 'abcdefghijk0', records: 1_000, differences, seconds: 1, recordsPerSecond: 1_000 },
  ...{ cpuMsPerRecord: 0.1, root: '', loadAverage: 0 },
});
const determinism: NonNullable<ReplayResults['determinism']> = {
  ...run(0),
  ...{ compared: 990, outcomes: {}, unproven: 0, unaccounted: 0, versions: 3 },
  ...{ residentMbBefore: 90, peakResidentMb: 200, folderMb: 1 },
  ...{ counts: { transactions: 980, late: 5, repeated: 8, altered: 2 } },
  ...{ decidedBeforeKill: 100, decidedInSeconds: 1 },
};
const window = (p99: number, replayedPerSecond = 0): LatencyWindow => ({
  ...{ transactions: 100, latencyMs: { p50: p99 / 2, p99, p999: p99, max: p99 } },
  ...{ replayedPerSecond, loadAverage: 0 },
});
const met = (results: ReplayResults): Record<string, boolean> =>
  Object.fromEntries(
    Object.entries(measuredReplays(results))
      .filter(([, found]) => found !== undefined)
      .map(([name]) => [
        name,
        evaluateGoals(measuredReplays(results) as Parameters<typeof evaluateGoals>[0]).find(
          (goal) => goal.name === name,
        )?.met === true,
      ]),
  );

test('one difference in any of the replays misses the goal of none', () => {
  const speed = { raw: [], replayPerSecond: 500, rawPerSecond: 1_000, replayOverRaw: 0.5 };
  const clean = { determinism, speed: { ...speed, replay: [run(0), run(0)] } };
  assert.deepEqual(met(clean), { replayOverRawReading: true, replayDifferences: true });
  assert.equal(measuredReplays(clean).replayDifferences?.repeats, 3);
  assert.equal(met({ determinism: { ...determinism, differences: 1 } })['replayDifferences'], false);
  assert.equal(met({ ...clean, speed: { ...speed, replay: [run(0), run(1)] } })['replayDifferences'], false);
});

test('the latency beside a replay is that of the middle window over the middle one without, whatever one of them met', () => {
  const without = [window(50), window(60), window(900)];
  const beside = [window(72, 2_000), window(70, 2_000), window(40, 2_000)];
  const liveLatency = compared(200, without, beside);
  assert.equal(liveLatency.p99OverWithout, 1.167);
  assert.deepEqual(met({ liveLatency }), { liveP99WithReplay: true });
  assert.deepEqual(met({ liveLatency: compared(200, without, [window(73), ...beside.slice(0, 1)]) }), {
    liveP99WithReplay: false,
  });
});

test('a plan takes as long as the kind of range that takes longest', () => {
  const planTime = {
    ...{ records: 10_000_000, filledInSeconds: 1, plans: [], loadAverage: 0 },
    ...{ secondsAtMost: 10.1, slowest: 'eventTime' as const },
  };
  assert.deepEqual(met({ planTime }), { planSeconds10000000Records: false });
  assert.match(measuredReplays({ planTime }).planSeconds10000000Records?.of ?? '', /by eventTime, 10000000/);
});
