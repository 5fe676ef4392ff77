const scratch = new DataView(new ArrayBuffer(8));

const lnTwoHigh = 6.9314718036912381649e-1;
const lnTwoLow = 1.90821492927058770002e-10;
const inverseLnTwo = 1.4426950408889634;
const twoTo54 = 18014398509481984;
const smallestNormal = 2.2250738585072014e-308;

/** Terms s, s³, … s²³ of the series: with s at most 0.1716 the next one is below 2^-53 of the sum. */
const lnSeries = Array.from({ length: 12 }, (_, index) => 1 / (2 * index + 1)).reverse();

/** 1/0! … 1/15!, highest first: with |r| at most 0.3466 the next term is below 2^-53 of the sum. */
const expSeries = Array.from({ length: 16 }, (_, index) => {
  let factorial = 1;
  for (let factor = 2; factor <= index; factor += 1) factorial *= factor;
  return 1 / factorial;
}).reverse();

/** 2^exponent for −1022 ≤ exponent ≤ 1023, exactly, from the bits of the number. */
function powerOfTwo(exponent: number): number {
  scratch.setUint32(0, (exponent + 1023) * 0x100000);
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}

function horner(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

/**
 * The natural logarithm, with the same bits on every machine: `Math.log` is
 * implementation-approximated (ECMA-262 §21.3.2.20), while +, −, × and ÷ on
 * IEEE 754 doubles are not. Within 1e-15 relative of the true value.
 *
 * x = 2^k·m with m in [√½, √2), and with s = (m − 1)/(m + 1)
 * ln m = 2(s + s³/3 + s⁵/5 + …) (NIST DLMF 4.6.4; Abramowitz & Stegun 4.1.27).
 * ln 2 is taken in two parts, the first with zeros enough at its end for k
 * times it to be exact.
 *
 * Answers −Infinity for 0, NaN below it, as `Math.log` does.
 */
export function ln(x: number): number {
  if (Number.isNaN(x) || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  const subnormal = x < smallestNormal;
  scratch.setFloat64(0, subnormal ? x * twoTo54 : x);
  const highBits = scratch.getUint32(0);
  let k = (highBits >>> 20) - 1023 - (subnormal ? 54 : 0);
  scratch.setUint32(0, (highBits & 0xfffff) | 0x3ff00000);
  let m = scratch.getFloat64(0);
  if (m >= Math.SQRT2) {
    m /= 2;
    k += 1;
  }
  const s = (m - 1) / (m + 1);
  const lnM = 2 * s * horner(lnSeries, s * s);
  return k * lnTwoHigh + (k * lnTwoLow + lnM);
}

/**
 * e^x, with the same bits on every machine (see `ln`). Within 1e-15 relative of
 * the true value wherever that is a normal number.
 *
 * x = k·ln 2 + r with |r| ≤ ½·ln 2, e^r by its power series (NIST DLMF 4.2.19),
 * and the result scaled by 2^k in two exact steps, so that neither overflows
 * before the result does.
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * inverseLnTwo + 0.5);
  const r = x - k * lnTwoHigh - k * lnTwoLow;
  const half = Math.floor(k / 2);
  return horner(expSeries, r) * powerOfTwo(half) * powerOfTwo(k - half);
}

/**
 * round(1000·ln(1 + amountMinor)), half up: the scale amounts are compared on.
 * An integer, so that sums and sums of squares of it are exact. Takes whole
 * amounts from 0 to 10^15; 34,539 is the largest answer.
 */
export const logMilli = (amountMinor: number): number => Math.floor(1000 * ln(1 + amountMinor) + 0.5);
