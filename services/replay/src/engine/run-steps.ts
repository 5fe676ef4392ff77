import { WeirError } from '@weir/contracts';
import { createRateLimit, planHash } from '@weir/replays';
import type { Stretch } from '@weir/replays';
import type { ReplayCheckpoint, ReplayPass } from './checkpoint.ts';
import type { Ledger } from './ledger.ts';
import { replayLimits } from './replay-parts.ts';
import type { ReplayControl, ReplayOutcome, ReplayProgress, ReplayRun } from './replay-parts.ts';

const progressEveryMs = 250;

/** A record whose key alone is looked at costs the broker as much and everybody else nothing: it counts as a tenth. */
export const unopenedWeight = 0.1;

type Place = ReplayCheckpoint['place'];

/** What a run does beside its work: steps are kept, the rate too, and whoever looks on is told. */
export type RunSteps = {
  /** Keeps what was found out since the step before. */
  readonly keep: (place: Place) => Promise<ReplayCheckpoint>;
  /** Keeps a step where one is due: enough was found out, or it was long ago. */
  readonly keepWhenDue: (place: Place) => Promise<void>;
  /**
   * Resolves once more may be read, after so many records of which so many were opened. Throws once the signal is
   * aborted: that of the run, unless another is given.
   */
  readonly pace: (read: number, opened: number, signal?: AbortSignal) => Promise<void>;
  /** Tells where in a stretch the run is, a few times a second at most. */
  readonly tell: (phase: ReplayProgress['phase'], stretch: Stretch, passes: readonly ReplayPass[]) => void;
};

/** A run as far as its steps go. */
type SteppedRun = Pick<ReplayRun, 'plan' | 'control' | 'keep' | 'observe' | 'limits'> & {
  readonly parts: Pick<ReplayRun['parts'], 'clock'>;
};

/**
 * `settle` makes durable what was handed over, before the step that says so, and is told whether that is all; what it
 * answers is kept with it.
 */
export function createRunSteps(
  run: SteppedRun,
  ledger: Ledger,
  settle?: (isAll: boolean) => Promise<NonNullable<ReplayCheckpoint['target']>>,
): RunSteps {
  const { plan, control, keep, observe, limits = replayLimits } = run;
  const { clock } = run.parts;
  const limit = createRateLimit(plan.recordsPerSecond);
  const of = plan.stretches.reduce((sum, { from, to }) => sum + to - from, 0);
  let keptAtMs = clock.nowMs();
  let toldAtMs = -Infinity;

  const keepStep: RunSteps['keep'] = async (place) => {
    const target = await settle?.(place === null);
    const step = ledger.take(place);
    const checkpoint = { ...step.checkpoint, ...(target === undefined ? {} : { target }) };
    await keep({ ...step, checkpoint });
    keptAtMs = clock.nowMs();
    return checkpoint;
  };
  return {
    keep: keepStep,
    keepWhenDue: async (place) => {
      if (ledger.pending() >= limits.linesPerStep || clock.nowMs() - keptAtMs >= limits.stepMs)
        await keepStep(place);
    },
    pace: async (read, opened, signal = control.signal) => {
      signal.throwIfAborted();
      const weight = opened + (read - opened) * unopenedWeight;
      const waitMs = limit.take(weight, clock.nowMs());
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      signal.throwIfAborted();
    },
    tell: (phase, { partition, from, to }, passes) => {
      const nowMs = clock.nowMs();
      if (nowMs - toldAtMs < progressEveryMs) return;
      toldAtMs = nowMs;
      const before = plan.stretches.filter((one) => one.partition < partition);
      const left = passes.reduce((sum, { length, next }) => sum + (to - next) / 2 ** length, 0);
      const done = before.reduce((sum, one) => sum + one.to - one.from, to - from - left);
      observe.progress({ phase, partition, done: Math.floor(done), of, differences: ledger.differences() });
    },
  };
}

/**
 * Takes the stretches of a plan one after the other, from where its checkpoint is. `work` goes on with one, changing
 * the passes that are still to be made as it goes, and answers what the run ends with where it was told to end.
 * Throws WeirError `config_invalid` for a checkpoint of another plan.
 */
export async function runStretches(
  { plan, checkpoint }: Pick<ReplayRun, 'plan' | 'checkpoint'>,
  steps: Pick<RunSteps, 'keep'>,
  work: (stretch: Stretch, passes: ReplayPass[]) => Promise<EndedEarly | undefined>,
): Promise<ReplayOutcome> {
  if (checkpoint !== undefined && checkpoint.planHash !== planHash(plan))
    throw new WeirError('config_invalid', 'the checkpoint is that of another plan');
  if (checkpoint?.place === null) return { kind: 'done', checkpoint };
  const begun = checkpoint?.place ?? undefined;
  const left = plan.stretches.filter(({ partition }) => partition >= (begun?.partition ?? 0));
  for (const [index, stretch] of left.entries()) {
    const passes = stretch.partition === begun?.partition ? [...begun.passes] : firstPasses(stretch);
    const kind = await work(stretch, passes);
    const next = left[index + 1];
    if (kind !== undefined)
      return { kind, checkpoint: await steps.keep({ partition: stretch.partition, passes: [...passes] }) };
    if (next !== undefined) await steps.keep({ partition: next.partition, passes: firstPasses(next) });
  }
  return { kind: 'done', checkpoint: await steps.keep(null) };
}

type EndedEarly = Exclude<ReplayOutcome['kind'], 'done'>;

const firstPasses = ({ from }: Stretch): ReplayPass[] => [{ bits: 0, length: 0, next: from }];

/** What a run ends with that was told to. */
export const endOf = (control: ReplayControl): EndedEarly =>
  control.wish() === 'stop' ? 'stopped' : 'paused';
