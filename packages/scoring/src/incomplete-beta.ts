import { exp, ln } from '@weir/windows';

const halfLnTwoPi = 0.9189385332046727;

/** From here on the series below is exact to 10^-11; smaller arguments are moved up to it. */
const seriesFrom = 8;

/** The answers for whole numbers below this are kept: counts of transactions are most of what is asked for. */
const keptBelow = 512;

const ofWhole = Float64Array.from({ length: keptBelow }, (_, whole) =>
  whole === 0 ? 0 : computeLnGamma(whole),
);

/** ln Γ(x) for x > 0, within 10^-11. */
export const lnGamma = (x: number): number =>
  x < keptBelow && Number.isInteger(x) ? (ofWhole[x] as number) : computeLnGamma(x);

/**
 * Stirling's series to the fourth term (NIST DLMF 5.11.1), after
 * Γ(x) = Γ(x + k) / (x·(x + 1)·…·(x + k − 1)) for small x (5.5.1).
 */
function computeLnGamma(x: number): number {
  let product = 1;
  let at = x;
  for (; at < seriesFrom; at += 1) product *= at;
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  const stirling = (at - 0.5) * ln(at) - at + halfLnTwoPi + series;
  return product === 1 ? stirling : stirling - ln(product);
}

/** Enough for the fraction of accounts with a million transactions away from their mean; near it fewer digits are right. */
const mostSteps = 500;
const precision = 1e-13;
const tiny = 1e-280;

/** The continued fraction of I_x(a, b) (NIST DLMF 8.17.22) by Lentz's method as Thompson and Barnett modified it (1986). */
function betaFraction(x: number, a: number, b: number): number {
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let step = 1; step <= mostSteps; step += 1) {
    const even = (step * (b - step) * x) / ((a + 2 * step - 1) * (a + 2 * step));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + step) * (a + b + step) * x) / ((a + 2 * step) * (a + 2 * step + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const change = d * c;
    fraction *= change;
    if (Math.abs(change - 1) < precision) break;
  }
  return fraction;
}

/**
 * −ln I_x(a, b), the surprise in nats where I_x, the regularised incomplete beta function (NIST DLMF
 * 8.17), is the probability of what happened or more. `x` and `rest` = 1 − x are both given, since
 * one can't be had from the other without loss where it is small. Both > 0, as are a and b. The
 * logarithm is taken of the parts, so that nothing underflows: 10^-5000 is 11,513 nats.
 */
export function betaSurprise(x: number, rest: number, a: number, b: number): number {
  const lnFront = lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * ln(x) + b * ln(rest);
  if (x * (a + b + 2) < a + 1) return ln(a) - lnFront - ln(betaFraction(x, a, b));
  const complement = (exp(lnFront) * betaFraction(rest, b, a)) / b;
  return -ln(1 - complement);
}
