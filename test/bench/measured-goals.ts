import type { DrainResults } from './drains.ts';
import type { EndToEndResults } from './end-to-end.ts';
import type { Measured } from './goals.ts';
import type { LatencyResults } from './latency.ts';
import type { DrainFigures } from './measure-drain.ts';
import { round } from './process-usage.ts';
import type { Repeated } from './repeated.ts';

export type BenchResults = {
  readonly drains?: DrainResults;
  readonly endToEnd?: EndToEndResults;
  readonly latency?: LatencyResults;
};

/** What the goals are measured by, as far as the parts that were run go. */
export function measuredGoals({ drains, endToEnd, latency }: BenchResults): Measured {
  const { history50, history1000, history100000, accounts1000, accounts1000000 } = drains?.detection ?? {};
  const first = drains?.firstTouches1000000;
  const atMost1000000 = [...(accounts1000000?.repeats ?? []), ...(first === undefined ? [] : [first])];
  return given({
    detectionOverPassthrough: rateRatio(history50, drains?.passthrough),
    sealedOverUnsealed: rateRatio(history50, drains?.unsealed),
    txPerSecondHistory50: history50?.txPerSecond,
    txPerSecondHistory1000: history1000?.txPerSecond,
    cpuMsPerTxEndToEnd: endToEnd?.cpuMsPerTx ?? undefined,
    latencyP999Ms: latency?.p999Ms,
    latencyP99OverPassthrough: latency?.p99OverPassthrough,
    history100000Over50: costRatio(history100000, history50),
    accounts1000000Over1000: costRatio(accounts1000000, accounts1000),
    redisBytesPerTx: drains?.preloaded.history1000?.redisBytesPerRecord,
    detectionResidentMb1000000Accounts:
      atMost1000000.length === 0
        ? undefined
        : Math.max(...atMost1000000.map(({ workerPeakResidentMb }) => sum(workerPeakResidentMb))),
  });
}

type Maybe<Value> = Value | undefined;
type SomeRepeats = Maybe<Repeated<DrainFigures>>;

const rateRatio = (of: SomeRepeats, over: SomeRepeats): Maybe<number> =>
  of === undefined || over === undefined ? undefined : round(of.txPerSecond / over.txPerSecond, 4);

/** Cost is both time and CPU, of detection, broker and Redis: whichever grew more counts. */
const costRatio = (of: SomeRepeats, over: SomeRepeats): Maybe<number> =>
  of === undefined || over === undefined
    ? undefined
    : round(Math.max(of.msPerTx / over.msPerTx, of.cpuMsPerTx / over.cpuMsPerTx), 4);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function given(measured: Readonly<Record<keyof Measured, Maybe<number>>>): Measured {
  return Object.fromEntries(Object.entries(measured).filter(([, value]) => value !== undefined));
}
