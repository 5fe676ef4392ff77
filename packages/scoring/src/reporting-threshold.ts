import { currencyOf } from '@weir/contracts';
import { currencyCode } from './currency-code.ts';

/**
 * Amounts from which a payment has to be reported, in major units: per ISO
 * 4217 alphabetic code, and what holds for every other currency. `bandShare`
 * is how wide the band below it is that people stay in who avoid a report.
 */
export type ReportingThresholds = {
  readonly otherwiseMajor: number;
  readonly major: Readonly<Record<string, number>>;
  readonly bandShare: number;
};

/**
 * 10,000 is where a report or a limit on cash begins in the USA (31 CFR
 * 1010.311), the EU (Regulation 2024/1624, article 80), Canada and Australia.
 * In yen that would be a dinner for a family, so Japan has two million.
 */
export const defaultReportingThresholds: ReportingThresholds = {
  otherwiseMajor: 10_000,
  major: { JPY: 2_000_000 },
  bandShare: 0.15,
};

/** The band just below a threshold in minor units: from `lowMinor` up to but not including `highMinor`. */
export type AmountBand = { readonly lowMinor: number; readonly highMinor: number };

/** Amounts are round that are whole hundredths of the reporting threshold: 100.00, or 20,000 yen. */
const roundShare = 100;

/** What round amounts of a currency are multiples of, in minor units. Throws as reportingBand does. */
export const roundUnitMinor = (thresholds: ReportingThresholds, numericCode: number): number =>
  Math.max(1, Math.round(reportingBand(thresholds, numericCode).highMinor / roundShare));

/** Bands by thresholds and numeric code, worked out once: each transaction asks for one. */
const bandsByThresholds = new WeakMap<ReportingThresholds, Map<number, AmountBand>>();

/** The band of a currency by its ISO 4217 numeric code. Throws a RangeError where no money has that code. */
export function reportingBand(thresholds: ReportingThresholds, numericCode: number): AmountBand {
  let bands = bandsByThresholds.get(thresholds);
  if (bands === undefined) {
    bands = new Map();
    bandsByThresholds.set(thresholds, bands);
  }
  let band = bands.get(numericCode);
  if (band === undefined) {
    band = bandOf(thresholds, currencyCode(numericCode));
    bands.set(numericCode, band);
  }
  return band;
}

function bandOf(thresholds: ReportingThresholds, code: string): AmountBand {
  const currency = currencyOf(code);
  if (currency === undefined) throw new RangeError('the code names no currency');
  const major = thresholds.major[code] ?? thresholds.otherwiseMajor;
  const highMinor = major * 10 ** currency.exponent;
  return { lowMinor: Math.round(highMinor * (1 - thresholds.bandShare)), highMinor };
}
