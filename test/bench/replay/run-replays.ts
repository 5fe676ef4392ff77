import { connectRole } from '../../../services/detection/src/fixtures/connect-role.ts';
import type { BenchContext } from '../bench-context.ts';
import { startBenchStack } from '../bench-stack.ts';
import { startNotary } from '../workers.ts';
import { fillAndDecide, firstRuleset } from './decided-log.ts';
import { measureDeterminism } from './determinism.ts';
import type { DeterminismFigures } from './determinism.ts';
import { measureLiveLatency } from './live-latency.ts';
import type { LiveLatencyFigures } from './live-latency.ts';
import { measureManifest } from './manifest-time.ts';
import type { ManifestFigures } from './manifest-time.ts';
import { measurePlanTime } from './plan-time.ts';
import type { PlanTimeFigures } from './plan-time.ts';
import { startReplayService } from './replay-service.ts';
import type { ReplayService } from './replay-service.ts';
import { measureSpeed } from './speed.ts';
import type { SpeedFigures } from './speed.ts';

/** As far as they were measured: a run that is interrupted keeps what it had. */
export type ReplayResults = {
  readonly determinism?: DeterminismFigures;
  readonly speed?: SpeedFigures;
  readonly manifest?: ManifestFigures;
  readonly liveLatency?: LiveLatencyFigures;
  readonly planTime?: PlanTimeFigures;
};

/**
 * (i): replays of a log that detection decided through a kill, with what senders do on bad days in it. It has a stack
 * of its own, since the windows of the other parts were preloaded, and follow from no log.
 */
export async function runReplays(
  outside: Omit<BenchContext, 'stack'>,
  add: (results: ReplayResults) => void,
): Promise<ReplayResults> {
  const settings = { ...outside.settings, ruleset: firstRuleset, modelEntries: 0 };
  const { say } = outside;
  const stack = await startBenchStack({ settings, fillerRecords: 0, keepsOutputs: true, say });
  try {
    const context = { ...outside, settings, stack };
    // Nothing is planned or run that isn't on the trail.
    const notary = startNotary(stack.roleEnvironment('notary'));
    stack.atClose(notary.stop);
    const [decided, service] = await Promise.all([
      fillAndDecide(context),
      startReplayService(stack.roleEnvironment('replay')),
    ]);
    stack.atClose(service.worker.stop);
    return await measureAll(context, service, decided, add);
  } finally {
    await stack.close();
  }
}

async function measureAll(
  context: BenchContext,
  service: ReplayService,
  decided: Awaited<ReturnType<typeof fillAndDecide>>,
  add: (results: ReplayResults) => void,
): Promise<ReplayResults> {
  let results: ReplayResults = {};
  const keep = (more: ReplayResults): void => {
    results = { ...results, ...more };
    add(results);
  };
  const { ends, inForce } = decided;
  const determinism = await measureDeterminism(context, service, decided);
  keep({ determinism });
  const ops = connectRole('weir-bench-raw', context.stack.roleEnvironment('ops'));
  try {
    keep({ speed: await measureSpeed(context, service, { kafka: ops.kafka, ends }) });
  } finally {
    await ops.close();
  }
  keep({ manifest: await measureManifest(context, service, determinism) });
  keep({ liveLatency: await measureLiveLatency(context, service, ends) });
  // Last: behind it the journal says of most records no more than that they were decided.
  keep({ planTime: await measurePlanTime(context, service, inForce) });
  return results;
}
