import currencyCodes from 'currency-codes';

/** A currency that money can be moved in: its ISO 4217 alphabetic and numeric code and its exponent. */
export type Currency = { readonly code: string; readonly numericCode: number; readonly exponent: number };

/**
 * ISO 4217 codes that name no means of payment: precious metals, units of
 * account of institutions, the code for tests and the one for "no currency".
 */
const notMoney = new Set([
  'XAG',
  'XAU',
  'XBA',
  'XBB',
  'XBC',
  'XBD',
  'XDR',
  'XPD',
  'XPT',
  'XSU',
  'XTS',
  'XUA',
  'XXX',
]);

/** ISO 4217 amendments that the package's table doesn't have yet. XCG replaced ANG (amendment 176, 2025). */
const amendments: readonly Currency[] = [{ code: 'XCG', numericCode: 532, exponent: 2 }];

const currencies: ReadonlyMap<string, Currency> = new Map(
  [
    ...currencyCodes.data
      .filter((entry) => !notMoney.has(entry.code))
      .map((entry) => ({ code: entry.code, numericCode: Number(entry.number), exponent: entry.digits })),
    ...amendments,
  ].map((currency) => [currency.code, currency]),
);

/** The currency of an ISO 4217 alphabetic code, or undefined where no money has that code. */
export const currencyOf = (code: string): Currency | undefined => currencies.get(code);
