import { formatAmount } from '@weir/contracts';
import type { Severity } from '@weir/contracts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const grouped = (digits: string): string => digits.replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** "9,500.00 EUR": in the currency's own digits, with commas between thousands. */
export function money(amountMinor: number, currency: string): string {
  const [whole = '', fraction] = formatAmount(amountMinor, currency).split('.');
  return `${grouped(whole)}${fraction === undefined ? '' : `.${fraction}`} ${currency}`;
}

/** "12.00–80.00 EUR". */
export const moneyRange = (lowMinor: number, highMinor: number, currency: string): string =>
  `${money(lowMinor, currency).replace(` ${currency}`, '')}–${money(highMinor, currency)}`;

/** "1 transaction", "1,212 transactions". */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${wholeNumber(count)} ${count === 1 ? noun : plural}`;

/** A count, with commas between thousands. */
export const wholeNumber = (value: number): string => grouped(Math.round(value).toFixed(0));

/** A ratio or a score as a person says it: one decimal, and none from a hundred on. */
export function roughNumber(value: number): string {
  if (Math.abs(value) >= 100) return wholeNumber(value);
  return value.toFixed(1).replace(/\.0$/, '');
}

/** "2025-06-15 12:00:03 UTC" of an instant as Weir writes it. */
export const utcTime = (instant: string): string => `${instant.slice(0, 19).replace('T', ' ')} UTC`;

/** "30 days", "24 hours", "10 minutes": the largest unit that fits wholly, of days only from two on. */
export function span(spanMs: number): string {
  if (spanMs >= 2 * dayMs && spanMs % dayMs === 0) return counted(spanMs / dayMs, 'day');
  if (spanMs >= hourMs && spanMs % hourMs === 0) return counted(spanMs / hourMs, 'hour');
  if (spanMs >= minuteMs && spanMs % minuteMs === 0) return counted(spanMs / minuteMs, 'minute');
  return counted(Math.round(spanMs / 1_000), 'second');
}

const spanUnits: Readonly<Record<string, number>> = { s: 1_000, m: minuteMs, h: hourMs, d: dayMs };

/** A span of a window plan by its name, 600,000 of "10m"; undefined for a name of another shape. */
export function spanMsOfName(name: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([smhd])$/.exec(name) ?? [];
  const unitMs = spanUnits[unit];
  return unitMs === undefined ? undefined : Number(count) * unitMs;
}

const ordinalWords = [
  '',
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
];

/** "third", and from ten on "10th", "22nd". */
export function ordinal(count: number): string {
  const word = ordinalWords[count];
  if (word !== undefined && count > 0) return word;
  const isTeen = Math.floor(count / 10) % 10 === 1;
  const ending = isTeen ? undefined : ['th', 'st', 'nd', 'rd'][count % 10];
  return `${wholeNumber(count)}${ending ?? 'th'}`;
}

/** With its first letter large. */
export const upperFirst = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A sentence of a phrase: its first letter large, and a full stop. */
export const sentence = (phrase: string): string => `${upperFirst(phrase)}.`;

/** "High", for the beginning of a line. */
export const capitalised = (severity: Severity): string => upperFirst(severity);

/** "15 minutes", "4 hours", "2 days": as a person rounds it; at least a minute. */
export function roughSpan(spanMs: number): string {
  if (spanMs < 90 * minuteMs) return counted(Math.max(1, Math.round(spanMs / minuteMs)), 'minute');
  if (spanMs < 2 * dayMs) return counted(Math.round(spanMs / hourMs), 'hour');
  return counted(Math.round(spanMs / dayMs), 'day');
}

/** "16:00 UTC", and with its day where that is not the day of the other time. */
export function utcClock(atMs: number, besideMs: number): string {
  const at = new Date(atMs).toISOString();
  const sameDay = at.slice(0, 10) === new Date(besideMs).toISOString().slice(0, 10);
  return `${sameDay ? '' : `${at.slice(0, 10)} `}${at.slice(11, 16)} UTC`;
}

/** "one", "one and two", "one, two and three". */
export const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
