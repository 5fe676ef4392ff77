import type { ReplayAnswer } from '@weir/replays';
import type { LiveProgress } from '../run/run-loop.ts';
import type { KeptReplay } from '../store/replay-store.ts';
import type { Alone } from './api-ports.ts';
import { needsApproval } from './replay-acts.ts';

/** A replay as callers see it; `live` where it runs now. */
export function replayAnswerOf(kept: KeptReplay, alone: Alone, live: LiveProgress | undefined): ReplayAnswer {
  const { plan, estimate, approval, lifecycle } = kept;
  const { planHash, state, changedBy, changedAt, startedAt, endedAt, trouble, ending } = lifecycle;
  return {
    replayId: plan.replayId,
    state,
    hash: planHash,
    needsApproval: needsApproval(alone, plan),
    approvedBy: approval?.by ?? null,
    approvedAt: approval?.at ?? null,
    changedBy,
    changedAt,
    startedAt,
    endedAt,
    progress: startedAt === null ? null : progressOf(kept, live),
    trouble,
    ending,
    plan,
    estimate,
  };
}

function progressOf({ plan, lifecycle }: KeptReplay, live: LiveProgress | undefined): LiveProgress {
  if (lifecycle.state === 'running' && live !== undefined) return live;
  const of = plan.stretches.reduce((sum, { from, to }) => sum + to - from, 0);
  const isDone = lifecycle.state === 'done';
  // One that was told to end a moment ago is just finishing a batch, and has not been written down yet.
  const { done, differences } = live ?? lifecycle;
  return {
    phase: 'waiting',
    done: isDone ? of : done,
    of,
    perSecond: 0,
    secondsLeft: isDone ? 0 : null,
    differences,
  };
}
