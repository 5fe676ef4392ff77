/** A share of so many, and where it may really lie. */
export type Share = { readonly share: number; readonly low: number; readonly high: number };

/** The standard normal quantile of a two-sided 95 %. */
const quantile = 1.959964;

/**
 * The share `hits` of `of`, with its 95 % score interval (Wilson, "Probable inference, the law of succession,
 * and statistical inference", Journal of the American Statistical Association 22, 1927), which holds for few
 * and for extreme shares too. Undefined of none.
 */
export function wilsonShare(hits: number, of: number): Share | undefined {
  if (of === 0) return undefined;
  const share = hits / of;
  const square = quantile * quantile;
  const centre = share + square / (2 * of);
  const spread = quantile * Math.sqrt((share * (1 - share)) / of + square / (4 * of * of));
  const whole = 1 + square / of;
  return {
    share,
    low: hits === 0 ? 0 : (centre - spread) / whole,
    high: hits === of ? 1 : (centre + spread) / whole,
  };
}
