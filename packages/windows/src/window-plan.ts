import type { WindowPlan } from './types.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The windows a fresh log is opened with. */
export const defaultWindowPlan: WindowPlan = {
  ref: 'standard@1',
  spans: [
    { name: '1m', spanMs: minuteMs },
    { name: '1h', spanMs: hourMs },
    { name: '24h', spanMs: dayMs },
    { name: '7d', spanMs: 7 * dayMs },
    { name: '30d', spanMs: 30 * dayMs },
  ],
  allowedLatenessMs: dayMs,
  futureToleranceMs: 10 * minuteMs,
};

/** The longest span of the plan, its last one, in milliseconds. */
export const longestSpanMs = ({ spans }: WindowPlan): number => (spans[spans.length - 1] ?? spans[0]).spanMs;

/** How an event's time lies to the time it was observed at. */
export type Timeliness = 'timely' | 'late' | 'future_dated';

/**
 * Whether an event came within the plan's allowances: late when it was observed
 * more than the allowed lateness after it happened, future-dated when it claims
 * to happen more than the tolerance after it was observed. Both allowances are
 * inclusive. Times in milliseconds since the epoch.
 */
export function timeliness(
  eventTimeMs: number,
  observedAtMs: number,
  plan: Pick<WindowPlan, 'allowedLatenessMs' | 'futureToleranceMs'>,
): Timeliness {
  if (observedAtMs - eventTimeMs > plan.allowedLatenessMs) return 'late';
  if (eventTimeMs - observedAtMs > plan.futureToleranceMs) return 'future_dated';
  return 'timely';
}
