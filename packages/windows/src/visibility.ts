import { longestSpanMs } from './window-plan.ts';
import type { WindowPlan, WindowRecord } from './types.ts';

/**
 * Until when a record is remembered: the time it happened, or, where it claims
 * a time beyond the tolerance after its observation, the end of that tolerance.
 * Without the latter one wrong date in 2099 would keep an account's records for
 * ever. Milliseconds since the epoch; the observation's second counts whole.
 */
export const rememberedAtMs = (plan: WindowPlan, eventTimeMs: number, observedAtSeconds: number): number =>
  Math.min(eventTimeMs, observedAtSeconds * 1000 + 999 + plan.futureToleranceMs);

/**
 * The instant a record's `rememberedAtMs` has to lie after for it to be visible,
 * when `horizonSeconds` is the latest observation among the account's records.
 * The allowance for lateness is in it: a timely event finds its whole longest
 * window visible.
 */
export const visibleAfterMs = (plan: WindowPlan, horizonSeconds: number): number =>
  horizonSeconds * 1000 - (longestSpanMs(plan) + plan.allowedLatenessMs);

/** Whether a record is visible when `horizonSeconds` is the latest observation among its account's records. */
export const isVisibleAt = (
  plan: WindowPlan,
  { eventTimeMs, observedAtSeconds }: Pick<WindowRecord, 'eventTimeMs' | 'observedAtSeconds'>,
  horizonSeconds: number,
): boolean => rememberedAtMs(plan, eventTimeMs, observedAtSeconds) > visibleAfterMs(plan, horizonSeconds);

/**
 * The second such that every record observed before it is invisible, now and
 * whatever comes later; 0 where there is none yet. A store that drops only such
 * records never drops the one that sets the horizon, since the answer lies
 * before it: what has been dropped can't have mattered.
 */
export const forgettableBeforeSeconds = (plan: WindowPlan, horizonSeconds: number): number =>
  Math.max(0, Math.floor((visibleAfterMs(plan, horizonSeconds) - plan.futureToleranceMs) / 1000));
