import type { Stretch } from '@weir/replays';
import type { ReplayPass } from './checkpoint.ts';
import { createInForce } from './in-force.ts';
import { createLedger } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { replayLimits } from './replay-parts.ts';
import type { ReplayControl, ReplayOutcome, ReplayRun, RunReplay } from './replay-parts.ts';
import { accountsOf, firstRecord, runPass } from './run-pass.ts';
import type { BetweenChunks, PartitionContext } from './run-pass.ts';
import { createRunSteps, endOf, runStretches } from './run-steps.ts';
import type { RunSteps } from './run-steps.ts';
import { createSelection } from './selection.ts';

export const runReplay: RunReplay = (run) => {
  const ledger = createLedger(run.plan, run.checkpoint);
  const steps = createRunSteps(run, ledger);
  return runStretches(run, steps, (stretch, passes) => runPartition(run, { ledger, steps, stretch, passes }));
};

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
    readonly steps: RunSteps;
    readonly stretch: Stretch;
    readonly passes: ReplayPass[];
  },
): Promise<Exclude<ReplayOutcome['kind'], 'done'> | undefined> {
  const { plan, parts, control, limits = replayLimits } = run;
  const between = betweenChunks(steps, control, stretch, passes);
  const common = {
    ...{ plan, parts, stretch, ledger, between, signal: control.signal },
    chunkOffsets: limits.chunkOffsets,
    selection: createSelection(plan),
  };
  const accounts = await accountsOf(common);
  if (accounts === null) return endOf(control);
  const context: PartitionContext = {
    ...common,
    accounts,
    warmFromMs:
      stretch.warmFrom === 0 ? undefined : (await firstRecord(common, stretch.warmFrom))?.timestampMs,
    inForce: await createInForce(parts, plan, stretch.partition),
  };
  while (passes.length > 0) {
    if ((await runPass(context, passes)) === 'ended') return endOf(control);
    passes.shift();
    if (passes.length > 0) await steps.keep({ partition: stretch.partition, passes: [...passes] });
  }
  return undefined;
}

/** What happens between the chunks of a stretch. */
const betweenChunks = (
  { keepWhenDue, pace, tell }: RunSteps,
  { wish }: ReplayControl,
  stretch: Stretch,
  passes: readonly ReplayPass[],
): BetweenChunks => ({
  wish,
  warmed: async (read, opened) => {
    tell('warming', stretch, passes);
    await pace(read, opened);
  },
  judged: async (read, opened, now) => {
    await keepWhenDue({ partition: stretch.partition, passes: [...now] });
    tell('judging', stretch, now);
    await pace(read, opened);
  },
});
