import type { Stretch } from '@weir/replays';
import type { ReplayPass } from '../engine/checkpoint.ts';
import { createLedger } from '../engine/ledger.ts';
import type { Ledger } from '../engine/ledger.ts';
import { replayLimits } from '../engine/replay-parts.ts';
import type { ReplayOutcome, ReplayRun } from '../engine/replay-parts.ts';
import { createRunSteps, endOf, runStretches } from '../engine/run-steps.ts';
import type { RunSteps } from '../engine/run-steps.ts';
import { createCopyStream } from './copy-stream.ts';
import type { CopyChunk, CopyParts } from './copy-stream.ts';
import type { CopyTarget, OpenTarget } from './copy-target.ts';

/** A run that hands records over instead of judging them. */
export type CopyRun = Omit<ReplayRun, 'parts'> & {
  readonly parts: CopyParts;
  readonly target: CopyTarget;
  /** Throws WeirError log_other where the log is no longer the one that was planned for. */
  readonly requireLog: () => Promise<void>;
};

/**
 * Hands what a plan is about over to a target: each record of its stream that its filter wants, partition by
 * partition, in order. The manifest names all of them; one that can't be opened is counted under its key, and not
 * handed over. However often the run was interrupted, the same plan gives the same lines, and the target has what it
 * settled exactly once.
 *
 * Throws WeirErrors as runReplay does, and what the target throws.
 */
export async function runCopy(run: CopyRun): Promise<ReplayOutcome> {
  await run.requireLog();
  const ledger = createLedger(run.plan, run.checkpoint);
  const target = await run.target.open(run.checkpoint?.target ?? undefined);
  try {
    const steps = createRunSteps(run, ledger, target.settle);
    return await runStretches(run, steps, (stretch, passes) =>
      copyStretch(run, { ledger, target, steps }, stretch, passes),
    );
  } finally {
    await target.close();
  }
}

async function copyStretch(
  { plan, parts, control, target: { opens }, limits = replayLimits }: CopyRun,
  to: { readonly ledger: Ledger; readonly target: OpenTarget; readonly steps: RunSteps },
  stretch: Stretch,
  passes: ReplayPass[],
): Promise<Exclude<ReplayOutcome['kind'], 'done'> | undefined> {
  const { partition } = stretch;
  const stream = createCopyStream({
    ...{ parts, plan, stretch, opens },
    from: passes[0]?.next ?? stretch.from,
    chunkOffsets: limits.chunkOffsets,
    signal: control.signal,
  });
  try {
    for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next()) {
      if (control.wish() !== 'goOn') return endOf(control);
      await handOver(to, chunk);
      passes[0] = { bits: 0, length: 0, next: chunk.next };
      await to.steps.keepWhenDue({ partition, passes: [...passes] });
      to.steps.tell('copying', stretch, passes);
      await to.steps.pace(chunk.read, chunk.opened);
    }
    return undefined;
  } finally {
    await stream.close();
  }
}

async function handOver(
  { ledger, target }: { readonly ledger: Ledger; readonly target: OpenTarget },
  { selected, undecided }: CopyChunk,
): Promise<void> {
  const handed = selected.filter(({ closedBy }) => closedBy === undefined);
  if (handed.length > 0) await target.take(handed);
  ledger.handedOver(handed.length);
  for (const keyRef of undecided) ledger.closed(keyRef);
  for (const { record, closedBy } of selected) {
    ledger.record(record);
    if (closedBy !== undefined) ledger.closed(closedBy);
  }
}
