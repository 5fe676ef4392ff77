import type { RuleFacts } from './facts.ts';
import { weekdays, type Rule, type Schedule, type Scope } from './ruleset.ts';

/** Whether a rule looks at a transaction; undefined where a list that its scope needs can't tell. */
export type InScope = (facts: RuleFacts) => boolean | undefined;

/** Made once for each rule: what is given in scope and schedule must all fit. */
export function inScopeOf({ scope, schedule }: Pick<Rule, 'scope' | 'schedule'>): InScope | undefined {
  if (scope === undefined && schedule === undefined) return undefined;
  const fitsSchedule = schedule === undefined ? () => true : inScheduleOf(schedule);
  const { currencies, channels, countries, creditDebitIndicator } = scope ?? {};
  return (facts) => {
    if (currencies !== undefined && !currencies.includes(facts.currency)) return false;
    if (channels !== undefined && !channels.some((channel) => channel === facts.channel)) return false;
    if (countries !== undefined && !countries.includes(facts.country)) return false;
    if (creditDebitIndicator !== undefined && creditDebitIndicator !== facts.creditDebitIndicator)
      return false;
    if (!fitsSchedule(facts.eventTimeMs)) return false;
    return scope === undefined ? true : inGroups(scope, facts);
  };
}

function inGroups(
  { accountGroups, exceptAccountGroups }: Scope,
  { isOnList }: RuleFacts,
): boolean | undefined {
  const wanted = accountGroups?.map(isOnList) ?? [true];
  const unwanted = exceptAccountGroups?.map(isOnList) ?? [];
  if (unwanted.includes(true)) return false;
  if (!wanted.includes(true) && !wanted.includes(undefined)) return false;
  return unwanted.includes(undefined) || !wanted.includes(true) ? undefined : true;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** 1 January 1970 was a Thursday. */
const epochWeekday = 3;

/** Whether an event time fits a schedule. */
export function inScheduleOf(schedule: Schedule): (eventTimeMs: number) => boolean {
  const { days, hours, utcOffset = '+00:00', from, until } = schedule;
  const offsetMs = (utcOffset.startsWith('-') ? -1 : 1) * minutesOf(utcOffset.slice(1)) * minuteMs;
  const fromMs = from === undefined ? -Infinity : Date.parse(from);
  const untilMs = until === undefined ? Infinity : Date.parse(until);
  const wanted = days?.map((day) => weekdays.indexOf(day));
  const opensMs = hours === undefined ? 0 : minutesOf(hours.from) * minuteMs;
  const closesMs = hours === undefined ? dayMs : minutesOf(hours.to) * minuteMs;
  const overMidnight = closesMs <= opensMs;
  return (eventTimeMs) => {
    if (eventTimeMs < fromMs || eventTimeMs >= untilMs) return false;
    const localMs = eventTimeMs + offsetMs;
    const ofDayMs = localMs - Math.floor(localMs / dayMs) * dayMs;
    const open = overMidnight
      ? ofDayMs >= opensMs || ofDayMs < closesMs
      : ofDayMs >= opensMs && ofDayMs < closesMs;
    if (!open) return false;
    // After midnight it is still the evening before.
    const day = Math.floor(localMs / dayMs) - (overMidnight && ofDayMs < closesMs ? 1 : 0);
    return wanted === undefined || wanted.includes((((day + epochWeekday) % 7) + 7) % 7);
  };
}

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
