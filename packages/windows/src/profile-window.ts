import { amountHighOf, amountLowOf, eventTimeMsOf, logMilliOf } from './record-rows.ts';
import type { Gait, Walker } from './walker.ts';
import { inMinor } from './window-sums.ts';

/** How wide a bin of log amounts is, in thousandths of the natural logarithm: 2.5 % of an amount. */
const logBinMilli = 25;

/** The largest logMilli there is, that of 10^15, falls into the last bin. */
const logBins = Math.floor(34_539 / logBinMilli) + 1;
const hours = 24;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A window of 90 days, the longest there may be, touches 91 days of the calendar. */
const days = 92;

/**
 * What an account's amounts, hours and days of one currency and direction look
 * like over a stretch of its records: counters that give a record back as they
 * took it in. Sums of a day are kept in two halves, which are exact.
 */
export type ProfileWindow = Walker & {
  readonly byLog: Uint32Array;
  readonly byHour: Uint32Array;
  readonly dayHigh: Float64Array;
  readonly dayLow: Float64Array;
  /** The bin the median was in last, −1 where nothing was ever added, and how many records lie in those below. */
  medianBin: number;
  below: number;
};

export const createProfileWindow = (): ProfileWindow => ({
  start: 0,
  end: 0,
  byLog: new Uint32Array(logBins),
  byHour: new Uint32Array(hours),
  dayHigh: new Float64Array(days),
  dayLow: new Float64Array(days),
  medianBin: -1,
  below: 0,
});

/** What a profile window takes in memory beside its small object, in bytes. */
export const profileBytes = 4 * (logBins + hours) + 16 * days;

function weigh(profile: ProfileWindow, view: DataView, slot: number, sign: 1 | -1): void {
  // Hours since 1970 fit 32 bits for every time that a record can have; remainders of doubles take far longer.
  const bin = (logMilliOf(view, slot) / logBinMilli) | 0;
  const eventTimeMs = eventTimeMsOf(view, slot);
  const hour = ((eventTimeMs / hourMs) | 0) % hours;
  const day = ((eventTimeMs / dayMs) | 0) % days;
  const { byLog, byHour, dayHigh, dayLow } = profile;
  if (profile.medianBin < 0) profile.medianBin = bin;
  else if (bin < profile.medianBin) profile.below += sign;
  byLog[bin] = (byLog[bin] as number) + sign;
  byHour[hour] = (byHour[hour] as number) + sign;
  dayHigh[day] = (dayHigh[day] as number) + sign * amountHighOf(view, slot);
  dayLow[day] = (dayLow[day] as number) + sign * amountLowOf(view, slot);
}

export const profileGait: Gait<ProfileWindow> = {
  clear: (profile) => {
    profile.byLog.fill(0);
    profile.byHour.fill(0);
    profile.dayHigh.fill(0);
    profile.dayLow.fill(0);
    profile.medianBin = -1;
    profile.below = 0;
  },
  add: (profile, view, slot) => {
    weigh(profile, view, slot, 1);
  },
  takeAway: (profile, view, slot) => {
    weigh(profile, view, slot, -1);
  },
};

/** The bin of the lower median of so many records, at least one: walks there from where it was last. */
function medianBinOf(profile: ProfileWindow, count: number): number {
  const { byLog } = profile;
  while (2 * profile.below >= count) {
    profile.medianBin -= 1;
    profile.below -= byLog[profile.medianBin] as number;
  }
  while (2 * (profile.below + (byLog[profile.medianBin] as number)) < count) {
    profile.below += byLog[profile.medianBin] as number;
    profile.medianBin += 1;
  }
  return profile.medianBin;
}

/** The least number of bins to either side of the median's that at least half of the records are within. */
function deviationBinsOf({ byLog }: ProfileWindow, medianBin: number, count: number): number {
  let within = byLog[medianBin] as number;
  let distance = 0;
  while (2 * within < count) {
    distance += 1;
    within += (byLog[medianBin - distance] ?? 0) + (byLog[medianBin + distance] ?? 0);
  }
  return distance;
}

/** The median of the log amounts and the median distance from it, both in thousandths; 0 where there are none. */
export function amountSpread(
  profile: ProfileWindow,
  count: number,
): { readonly medianMilli: number; readonly deviationMilli: number } {
  if (count === 0) return { medianMilli: 0, deviationMilli: 0 };
  const bin = medianBinOf(profile, count);
  return {
    medianMilli: (bin + 0.5) * logBinMilli,
    deviationMilli: deviationBinsOf(profile, bin, count) * logBinMilli,
  };
}

/** How many records fall into each hour of the day, UTC, from midnight on. */
export function countsByHour({ byHour }: ProfileWindow): number[] {
  const counts: number[] = new Array<number>(hours);
  for (let hour = 0; hour < hours; hour += 1) counts[hour] = byHour[hour] as number;
  return counts;
}

/** The sums of whole days of the calendar, UTC, that lie within (fromMs, toMs], oldest first. */
export function sumsByDay({ dayHigh, dayLow }: ProfileWindow, fromMs: number, toMs: number): number[] {
  const first = ((fromMs / dayMs) | 0) + 1;
  const sums: number[] = new Array<number>(Math.max(0, Math.floor((toMs + 1) / dayMs) - first));
  for (let index = 0; index < sums.length; index += 1) {
    const day = (first + index) % days;
    sums[index] = inMinor(dayHigh[day] as number, dayLow[day] as number);
  }
  return sums;
}
