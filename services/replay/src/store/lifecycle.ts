import { formatInstant, instant, offset, sha256Hex, type ReplayProblemCode } from '@weir/contracts';
import { replayEnding, replayStates } from '@weir/replays';
import type { ReplayEnding } from '@weir/replays';
import { z } from 'zod';

/** Where a replay stands. No payload, no pseudonym: it lies in clear. */
export const lifecycle = z.strictObject({
  format: z.literal(1),
  /** As it was planned: a plan that has another one was altered since. */
  planHash: sha256Hex,
  state: z.enum(replayStates),
  /** Whose word it was that changed the state last; null where it came about by itself. */
  changedBy: z.string().min(1).max(256).nullable(),
  changedAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  /** Who had it run, from where, and the entry of the audit trail that says so: its end names it. */
  run: z
    .strictObject({ by: z.string().min(1).max(256), origin: z.string().min(1).max(256), entry: z.uuid() })
    .nullable(),
  /** That it was stopped while it ran: the trail is told of its end once it is done with the batch under way. */
  endUntold: z.literal(true).optional(),
  /** How far it has come, as last written down: offsets of the plan that are done with, and what stood at them. */
  done: offset,
  records: offset,
  differences: offset,
  /** Why it waits or has failed. */
  trouble: z.strictObject({ code: z.string().max(64), message: z.string().max(2_000) }).nullable(),
  ending: replayEnding.nullable(),
});
export type Lifecycle = z.infer<typeof lifecycle>;

/** What may happen to a replay. */
export type LifecycleAct =
  | { readonly kind: 'approve' | 'pause' | 'resume' | 'stop'; readonly by: string }
  /** `isFree` where nobody else has to approve it. */
  | { readonly kind: 'run'; readonly by: string; readonly isFree: boolean }
  | { readonly kind: 'wait' | 'fail'; readonly trouble: NonNullable<Lifecycle['trouble']> }
  | { readonly kind: 'finish'; readonly ending: ReplayEnding };

export type LifecycleStep =
  | { readonly kind: 'changed'; readonly lifecycle: Lifecycle }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly code: ReplayProblemCode };

/** A plan that nothing has happened to. */
export const planned = (planHash: string, by: string, nowMs: number): Lifecycle => ({
  format: 1,
  planHash,
  state: 'planned',
  changedBy: by,
  changedAt: formatInstant(nowMs),
  startedAt: null,
  endedAt: null,
  run: null,
  done: 0,
  records: 0,
  differences: 0,
  trouble: null,
  ending: null,
});

/** Whether nothing more can happen to it. */
export const isOver = ({ state }: Pick<Lifecycle, 'state'>): boolean =>
  state === 'done' || state === 'stopped' || state === 'failed';

const unchanged: LifecycleStep = { kind: 'unchanged' };
const misplaced: LifecycleStep = { kind: 'refused', code: 'replay_state_other' };

/** What an act makes of a replay. What was said before changes nothing; what doesn't fit its state is refused. */
export function stepOf(from: Lifecycle, act: LifecycleAct, nowMs: number): LifecycleStep {
  const changed = (more: Partial<Lifecycle>): LifecycleStep => ({
    kind: 'changed',
    lifecycle: {
      ...from,
      changedBy: 'by' in act ? act.by : null,
      changedAt: formatInstant(nowMs),
      trouble: null,
      ...more,
    },
  });
  const endedAt = formatInstant(nowMs);
  const { state } = from;
  switch (act.kind) {
    case 'approve':
      if (state === 'approved') return unchanged;
      return state === 'planned' ? changed({ state: 'approved' }) : misplaced;
    case 'run':
      if (state === 'running') return unchanged;
      if (state === 'planned' && !act.isFree) return { kind: 'refused', code: 'replay_not_approved' };
      return state === 'planned' || state === 'approved'
        ? changed({ state: 'running', startedAt: formatInstant(nowMs) })
        : misplaced;
    case 'pause':
      if (state === 'paused') return unchanged;
      return state === 'running' ? changed({ state: 'paused' }) : misplaced;
    case 'resume':
      if (state === 'running') return unchanged;
      return state === 'paused' ? changed({ state: 'running' }) : misplaced;
    case 'stop':
      if (state === 'stopped') return unchanged;
      return isOver(from) ? misplaced : changed({ state: 'stopped', endedAt });
    case 'wait':
      return state === 'running' ? changed({ state: 'paused', trouble: act.trouble }) : misplaced;
    case 'fail':
      return isOver(from) ? misplaced : changed({ state: 'failed', endedAt, trouble: act.trouble });
    case 'finish': {
      const { records, differences } = act.ending;
      return state === 'running'
        ? changed({ state: 'done', endedAt, records, differences, ending: act.ending })
        : misplaced;
    }
  }
}
