import { amountSpread, countsByHour, sumsByDay } from './profile-window.ts';
import type { ProfileWindow } from './profile-window.ts';
import type { Activity } from './types.ts';

/** Of how many records a profile is, when the first and last of them happened, and until when days count. */
export type ProfileBounds = {
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly recentMs: number;
};

/** What a profile says of an activity in general. */
export function generalActivity(
  profile: ProfileWindow,
  { count, firstMs, lastMs, recentMs }: ProfileBounds,
): Omit<Activity, `recent${string}`> {
  const { medianMilli, deviationMilli } = amountSpread(profile, count);
  return {
    count,
    firstMs: count === 0 ? undefined : firstMs,
    lastMs: count === 0 ? undefined : lastMs,
    medianMilli,
    deviationMilli,
    countsByHour: countsByHour(profile),
    daySumsMinor: count === 0 ? [] : sumsByDay(profile, firstMs, recentMs),
  };
}
