/** Lanczos' approximation of ln Γ for x > 0, with g = 7 and nine terms. */
const lanczosFirst = 0.99999999999980993;
const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const sum = lanczos.reduce((total, term, at) => total + term / (x + at), lanczosFirst);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * ln I_x(a, b) as x^a·(1 − x)^b / (a·B(a, b)) times Σ (a + b)_k/(a + 1)_k·x^k, a series of positive
 * terms; where they would grow at first, by the other tail.
 */
export function lnBeta(x: number, a: number, b: number): number {
  if (x * (a + b) > a) return Math.log1p(-Math.exp(lnBeta(1 - x, b, a)));
  let term = 1;
  let sum = 0;
  for (let k = 0; term > sum * 1e-17; k += 1) {
    sum += term;
    term *= (x * (a + b + k)) / (a + 1 + k);
  }
  const lnWhole = lnGamma(a) + lnGamma(b) - lnGamma(a + b);
  return a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) - lnWhole + Math.log(sum);
}
