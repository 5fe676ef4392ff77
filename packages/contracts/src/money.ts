import { currencyOf } from './currency.ts';
import type { RejectionCode } from './rejection.ts';

/**
 * The largest amount a transaction may carry, in minor units. A sum of two
 * million such amounts still fits a signed 64-bit integer, and every amount and
 * every sum of nine of them is exact as a JavaScript number.
 */
export const maxAmountMinor = 1_000_000_000_000_000;

export type AmountOutcome =
  { readonly ok: true; readonly amountMinor: number } | { readonly ok: false; readonly code: RejectionCode };

const decimalAmount = /^(-?)(\d{1,18})(?:\.(\d{1,9}))?$/;

/**
 * Reads a decimal amount such as "12.34" into minor units of its currency,
 * exactly: the digits are moved, never multiplied as floating point.
 */
export function parseAmount(amount: string, currencyCode: string): AmountOutcome {
  const currency = currencyOf(currencyCode);
  if (currency === undefined) return { ok: false, code: 'currency_unknown' };
  const match = decimalAmount.exec(amount);
  if (match === null) return { ok: false, code: 'field_format' };
  const [, sign, whole = '', fraction = ''] = match;
  if (fraction.length > currency.exponent && /[1-9]/.test(fraction.slice(currency.exponent))) {
    return { ok: false, code: 'amount_precision' };
  }
  const minor = BigInt(whole + fraction.slice(0, currency.exponent).padEnd(currency.exponent, '0'));
  if (sign === '-' || minor === 0n) return { ok: false, code: 'amount_not_positive' };
  if (minor > BigInt(maxAmountMinor)) return { ok: false, code: 'amount_too_large' };
  return { ok: true, amountMinor: Number(minor) };
}

/** Writes minor units as a decimal amount with exactly the currency's digits: 1234, "EUR" gives "12.34". */
export function formatAmount(amountMinor: number, currencyCode: string): string {
  const exponent = currencyOf(currencyCode)?.exponent ?? 0;
  const digits = String(Math.abs(amountMinor)).padStart(exponent + 1, '0');
  const sign = amountMinor < 0 ? '-' : '';
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
