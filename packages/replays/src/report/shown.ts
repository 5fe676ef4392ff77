import { currencyOf } from '@weir/contracts';

/** Whole numbers with commas. */
export const grouped = (count: number): string => count.toLocaleString('en');

/** "1 record", "1,234 records". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** Minor units, of any size, as an amount with its currency: "1,234.50 EUR". */
export function shownAmount(amountMinor: number | string, currency: string): string {
  const exponent = currencyOf(currency)?.exponent ?? 0;
  const digits = String(amountMinor).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  const amount = exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`;
  return `${amount} ${currency}`;
}

/** An instant to the minute, in UTC: "2026-03-01 09:30". */
export const shownMinute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');

/** A score with as many places as it has, six at the most. */
export const shownScore = (score: number): string => String(Math.round(score * 1e6) / 1e6);

/** The value of a feature, to four places that say something; a feature may have none. */
export const shownValue = (value: number | null | undefined): string => {
  if (value === undefined) return 'not there';
  return value === null ? 'none' : String(Number(value.toPrecision(6)));
};

/** By how much a feature differs; "" where one of the two has no value. */
export function shownChange(then: number | null | undefined, now: number | null | undefined): string {
  if (typeof then !== 'number' || typeof now !== 'number') return '';
  const change = Number((now - then).toPrecision(6));
  return change < 0 ? `−${shownValue(-change)}` : `+${shownValue(change)}`;
}

/** Names in a sentence: the first few, and how many more there are. */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${grouped(names.length - most)} more` : shown;
}
