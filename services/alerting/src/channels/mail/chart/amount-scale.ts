import { formatAmount } from '@weir/contracts';

/** A logarithmic scale: 40 times as much is seen beside the usual, and the usual still has its shape. */
export type AmountScale = {
  /** 0 at the bottom, 1 at the top; what lies beyond stays at the edge. */
  readonly heightOf: (amountMinor: number) => number;
  readonly lines: readonly { readonly height: number; readonly label: string }[];
};

/** Amounts that differ by less must not look far apart. */
const leastRatio = 8;
/** Room above the largest and below the smallest. */
const margin = 1.4;
const mostLines = 4;

/** The scale that all of these amounts (minor units, from 1) lie on, with a few labelled lines at round amounts. */
export function amountScale(amountsMinor: readonly number[], currency: string): AmountScale {
  const [least, most] = [Math.min(...amountsMinor), Math.max(...amountsMinor)];
  const widen = Math.max(margin, Math.sqrt(leastRatio / (most / least)));
  const [low, high] = [Math.log10(least / widen), Math.log10(most * widen)];
  const heightOf = (amountMinor: number): number =>
    Math.min(1, Math.max(0, (Math.log10(Math.max(1, amountMinor)) - low) / (high - low)));
  return {
    heightOf,
    lines: roundAmounts(low, high).map((amountMinor) => ({
      height: heightOf(amountMinor),
      label: amountLabel(amountMinor, currency),
    })),
  };
}

/** Powers of ten between the two exponents, thinned out where there are many, or 1, 2, 5 of each where there are few. */
function roundAmounts(low: number, high: number): readonly number[] {
  const inside = (amount: number): boolean => amount >= 10 ** low && amount <= 10 ** high && amount >= 1;
  const decades = Array.from(
    { length: Math.max(0, Math.floor(high) - Math.ceil(low) + 1) },
    (_, index) => 10 ** (Math.ceil(low) + index),
  ).filter(inside);
  if (decades.length >= 2) {
    const step = Math.ceil(decades.length / mostLines);
    return decades.filter((_, index) => index % step === 0);
  }
  return Array.from({ length: 18 }, (_, index) => Math.floor(low) + index)
    .flatMap((exponent) => [1, 2, 5].map((digit) => digit * 10 ** exponent))
    .filter(inside)
    .slice(0, mostLines);
}

/** From six digits on a number is told in a larger unit. */
const units = [
  { unit: 'tn', digits: 12 },
  { unit: 'bn', digits: 9 },
  { unit: 'M', digits: 6 },
  { unit: 'k', digits: 3 },
];

/** "0.50", "100", "2,000", "500k", "5M", "20bn": short enough for the edge of a chart. */
function amountLabel(amountMinor: number, currency: string): string {
  const [whole = '0', fraction = ''] = formatAmount(amountMinor, currency).split('.');
  const large = whole.length < 6 ? undefined : units.find(({ digits }) => whole.length > digits);
  if (large !== undefined) return `${whole.slice(0, -large.digits)}${large.unit}`;
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return /[1-9]/.test(fraction) ? `${grouped}.${fraction}` : grouped;
}
