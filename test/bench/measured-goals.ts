import type { AlertsResults } from './alerts/storm.ts';
import type { DrainResults } from './drains.ts';
import type { EndToEndResults } from './end-to-end.ts';
import type { Measured, Measurement } from './goals.ts';
import type { LatencyResults } from './latency.ts';
import { median, round } from './process-usage.ts';
import { measuredReplays } from './replay/measured-replays.ts';
import type { ReplayResults } from './replay/run-replays.ts';
import { repeated } from './repeated.ts';
import type { Repeated } from './repeated.ts';
import type { RolloutResults } from './rollouts.ts';
import { fastestOf } from './sweep-passthrough.ts';

export type BenchResults = {
  readonly drains?: DrainResults;
  readonly endToEnd?: EndToEndResults;
  readonly latency?: LatencyResults;
  readonly rollouts?: RolloutResults;
  readonly alerts?: AlertsResults;
  readonly replays?: ReplayResults;
  /** Of the accounts that (d) and (e) are about, which are like those of history50. */
  readonly endToEndRedisBytesPerRecord?: number;
};

/** What the goals are measured by, as far as the parts that were run go. */
export function measuredGoals(results: BenchResults): Measured {
  const { drains, endToEnd, latency } = results;
  const { history50, history1000, accounts1000, accounts1000000 } = drains?.detection ?? {};
  return given({
    detectionOverPassthrough: rateRatio(history50, drains?.passthrough),
    sealedOverUnsealed: rateRatio(history50, drains?.unsealed),
    txPerSecondHistory50: rateOf(history50),
    txPerSecondHistory1000: rateOf(history1000),
    cpuMsPerTxEndToEnd: cpuEndToEnd(endToEnd),
    latencyP999Ms:
      latency === undefined ? undefined : { value: latency.p999Ms, repeats: latency.detection.length },
    latencyP99OverPassthrough:
      latency === undefined
        ? undefined
        : {
            value: latency.p99OverPassthrough,
            repeats: Math.min(latency.detection.length, latency.passthrough.length),
          },
    history100000Over50: growthByHistory(drains),
    accounts1000000Over1000: costRatio(accounts1000000, accounts1000),
    redisBytesPerTx: redisBytesAt50(results),
    detectionResidentMb1000000Accounts: residentMb(drains),
    ...measuredReplays(results.replays ?? {}),
  });
}

/** What stands beside a goal, for whoever asks what it hides. */
export type Comparison = Measurement & { readonly name: string; readonly unit: string };

export function comparisons({ drains }: BenchResults): readonly Comparison[] {
  if (drains === undefined) return [];
  const { history50, history10000, history100000, accounts10, accounts1000 } = drains.detection;
  const wider = fastestOf(drains.passthroughSweep, 'wider');
  const first = drains.firstTouches1000000;
  const named: readonly (readonly [name: string, unit: string, found: Maybe<Measurement>])[] = [
    [
      'detectionOverPassthroughWiderFetch',
      'ratio',
      rateRatio(history50, wider === undefined ? undefined : repeated([wider])),
    ],
    ['history100000Over50Accounts20000', 'ratio', costRatio(history100000, history50)],
    ['history100000Over50Accounts10', 'ratio', costRatio(history100000, accounts10)],
    ['history10000Over50Accounts10', 'ratio', costRatio(history10000, accounts10)],
    [
      'accounts1000000ColdOver1000',
      'ratio',
      costRatio(first === undefined ? undefined : repeated([first]), accounts1000),
    ],
    ['redisBytesPerTxWorst', 'bytes per tx', worstRedisBytes(drains)],
  ];
  return named.flatMap(([name, unit, found]) => (found === undefined ? [] : [{ name, unit, ...found }]));
}

type Maybe<Value> = Value | undefined;
type SomeRepeats = Maybe<Repeated>;

function cpuEndToEnd(endToEnd: Maybe<EndToEndResults>): Maybe<Measurement> {
  if (endToEnd === undefined || endToEnd.cpuMsPerTx === null) return undefined;
  const { cpuMsPerTx, timesHeld, txPerSecond } = endToEnd;
  return { value: cpuMsPerTx, repeats: timesHeld, of: `${txPerSecond} tx/s` };
}

const rateOf = (of: SomeRepeats): Maybe<Measurement> =>
  of === undefined ? undefined : { value: of.txPerSecond, repeats: of.repeats.length };

const fewerRepeats = (of: Repeated, over: Repeated): number =>
  Math.min(of.repeats.length, over.repeats.length);

const rateRatio = (of: SomeRepeats, over: SomeRepeats): Maybe<Measurement> =>
  of === undefined || over === undefined
    ? undefined
    : { value: round(of.txPerSecond / over.txPerSecond, 4), repeats: fewerRepeats(of, over) };

/** Cost is both time and CPU, of detection, broker and Redis: whichever grew more counts. */
const costRatio = (of: SomeRepeats, over: SomeRepeats): Maybe<Measurement> =>
  of === undefined || over === undefined
    ? undefined
    : {
        value: round(Math.max(of.msPerTx / over.msPerTx, of.cpuMsPerTx / over.cpuMsPerTx), 4),
        repeats: fewerRepeats(of, over),
      };

/**
 * Against 20,000 accounts with 50 records, whose figures are the headline, and
 * against as few accounts as have 100,000: fewer accounts make cheaper batches,
 * which must not hide what history costs. Whichever says more counts.
 */
function growthByHistory(drains: Maybe<DrainResults>): Maybe<Measurement> {
  const { history50, history100000, accounts10 } = drains?.detection ?? {};
  return greatest([
    ['over 20,000 accounts with 50 records', costRatio(history100000, history50)],
    ['over 10 accounts with 50 records', costRatio(history100000, accounts10)],
  ]);
}

/** At the population of the headline figures, in each of the logs that has it. */
function redisBytesAt50({ drains, endToEndRedisBytesPerRecord }: BenchResults): Maybe<Measurement> {
  const found = [
    drains?.preloaded.history50?.redisBytesPerRecord,
    drains?.unsealedRedisBytesPerRecord,
    endToEndRedisBytesPerRecord,
  ].filter((bytes) => bytes !== undefined);
  if (found.length === 0) return undefined;
  return { value: median(found), repeats: found.length, of: '50 records per account' };
}

const worstRedisBytes = ({ preloaded }: DrainResults): Maybe<Measurement> =>
  greatest(
    Object.entries(preloaded).map(([name, { redisBytesPerRecord }]) => [
      name,
      { value: redisBytesPerRecord, repeats: 1 },
    ]),
  );

function residentMb(drains: Maybe<DrainResults>): Maybe<Measurement> {
  const first = drains?.firstTouches1000000;
  const drained = [
    ...(drains?.detection.accounts1000000?.repeats ?? []),
    ...(first === undefined ? [] : [first]),
  ];
  if (drained.length === 0) return undefined;
  const each = drained.map(({ workerPeakResidentMb }) =>
    workerPeakResidentMb.reduce((sum, mb) => sum + mb, 0),
  );
  return { value: round(Math.max(...each), 1), repeats: each.length };
}

function greatest(named: readonly (readonly [of: string, found: Maybe<Measurement>])[]): Maybe<Measurement> {
  const [worst] = named
    .flatMap(([of, found]) => (found === undefined ? [] : [{ ...found, of }]))
    .toSorted((x, y) => y.value - x.value);
  return worst;
}

function given(measured: Readonly<Record<keyof Measured, Maybe<Measurement>>>): Measured {
  return Object.fromEntries(Object.entries(measured).filter(([, found]) => found !== undefined));
}
