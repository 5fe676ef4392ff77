import { WeirError } from '@weir/contracts';
import { createRateLimit, planHash } from '@weir/replays';
import type { Stretch } from '@weir/replays';
import type { ReplayCheckpoint, ReplayPass } from './checkpoint.ts';
import { createInForce } from './in-force.ts';
import { createLedger } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { replayLimits } from './replay-parts.ts';
import type { ReplayOutcome, ReplayProgress, ReplayRun, RunReplay } from './replay-parts.ts';
import { accountsOf, firstRecord, runPass } from './run-pass.ts';
import type { BetweenChunks, PartitionContext } from './run-pass.ts';
import { createSelection } from './selection.ts';

const progressEveryMs = 250;

/** A record whose key alone is looked at costs the broker as much and everybody else nothing: it counts as a tenth. */
const unopenedWeight = 0.1;

export const runReplay: RunReplay = async (run) => {
  const { plan, checkpoint } = run;
  if (checkpoint !== undefined && checkpoint.planHash !== planHash(plan))
    throw new WeirError('config_invalid', 'the checkpoint is that of another plan');
  const ledger = createLedger(plan, checkpoint);
  if (checkpoint?.place === null) return { kind: 'done', checkpoint };
  const begun = checkpoint?.place ?? undefined;
  const left = plan.stretches.filter(({ partition }) => partition >= (begun?.partition ?? 0));
  const steps = createSteps(run, ledger);
  for (const [index, stretch] of left.entries()) {
    const passes = stretch.partition === begun?.partition ? [...begun.passes] : firstPasses(stretch);
    const wish = await runPartition(run, { ledger, steps, stretch, passes });
    const next = left[index + 1];
    if (wish !== undefined)
      return {
        kind: wish,
        checkpoint: await steps.keep({ partition: stretch.partition, passes: [...passes] }),
      };
    if (next !== undefined) await steps.keep({ partition: next.partition, passes: firstPasses(next) });
  }
  return { kind: 'done', checkpoint: await steps.keep(null) };
};

const firstPasses = ({ from }: Stretch): ReplayPass[] => [{ bits: 0, length: 0, next: from }];

type Steps = ReturnType<typeof createSteps>;
type Place = ReplayCheckpoint['place'];

/** Makes all passes over a partition. Answers what the run ends with where it was told to. */
async function runPartition(
  run: ReplayRun,
  {
    ledger,
    steps,
    stretch,
    passes,
  }: {
    readonly ledger: Ledger;
    readonly steps: Steps;
    readonly stretch: Stretch;
    readonly passes: ReplayPass[];
  },
): Promise<Exclude<ReplayOutcome['kind'], 'done'> | undefined> {
  const { plan, parts, control, limits = replayLimits } = run;
  const between = steps.between(stretch, passes);
  const common = {
    ...{ plan, parts, stretch, ledger, between, signal: control.signal },
    chunkOffsets: limits.chunkOffsets,
    selection: createSelection(plan),
  };
  const accounts = await accountsOf(common);
  if (accounts === null) return endOf(run);
  const context: PartitionContext = {
    ...common,
    accounts,
    warmFromMs:
      stretch.warmFrom === 0 ? undefined : (await firstRecord(common, stretch.warmFrom))?.timestampMs,
    inForce: await createInForce(parts, plan, stretch.partition),
  };
  while (passes.length > 0) {
    if ((await runPass(context, passes)) === 'ended') return endOf(run);
    passes.shift();
    if (passes.length > 0) await steps.keep({ partition: stretch.partition, passes: [...passes] });
  }
  return undefined;
}

const endOf = ({ control }: ReplayRun): Exclude<ReplayOutcome['kind'], 'done'> =>
  control.wish() === 'stop' ? 'stopped' : 'paused';

/** Keeps steps, the rate, and whoever looks on. */
function createSteps(run: ReplayRun, ledger: Ledger) {
  const { plan, control, keep, observe, limits = replayLimits } = run;
  const { clock } = run.parts;
  const limit = createRateLimit(plan.recordsPerSecond);
  const of = plan.stretches.reduce((sum, { from, to }) => sum + to - from, 0);
  let keptAtMs = clock.nowMs();
  let toldAtMs = -Infinity;

  const keepStep = async (place: Place): Promise<ReplayCheckpoint> => {
    const step = ledger.take(place);
    await keep(step);
    keptAtMs = clock.nowMs();
    return step.checkpoint;
  };
  const pace = async (read: number, opened: number): Promise<void> => {
    control.signal.throwIfAborted();
    const weight = opened + (read - opened) * unopenedWeight;
    const waitMs = limit.take(weight, clock.nowMs());
    if (waitMs > 0) await clock.sleep(waitMs, control.signal);
    control.signal.throwIfAborted();
  };
  const tell = (
    phase: ReplayProgress['phase'],
    { partition, from, to }: Stretch,
    passes: readonly ReplayPass[],
  ): void => {
    const nowMs = clock.nowMs();
    if (nowMs - toldAtMs < progressEveryMs) return;
    toldAtMs = nowMs;
    const before = plan.stretches.filter((one) => one.partition < partition);
    const left = passes.reduce((sum, { length, next }) => sum + (to - next) / 2 ** length, 0);
    const done = before.reduce((sum, one) => sum + one.to - one.from, to - from - left);
    observe.progress({ phase, partition, done: Math.floor(done), of, differences: ledger.differences() });
  };
  return {
    keep: keepStep,
    between: (stretch: Stretch, passes: readonly ReplayPass[]): BetweenChunks => ({
      wish: control.wish,
      warmed: async (read, opened) => {
        tell('warming', stretch, passes);
        await pace(read, opened);
      },
      judged: async (read, opened, now) => {
        const isDue = ledger.pending() >= limits.linesPerStep || clock.nowMs() - keptAtMs >= limits.stepMs;
        if (isDue) await keepStep({ partition: stretch.partition, passes: [...now] });
        tell('judging', stretch, now);
        await pace(read, opened);
      },
    }),
  };
}
