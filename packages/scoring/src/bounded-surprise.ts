/** No surprise reaches this many nats. */
export const mostNats = 50;

const bentFrom = mostNats / 2;

/**
 * A surprise, −ln of a probability, in nats, bounded so that no feature outweighs all others
 * together: as it is up to 25, and above that 50 − 625/x. That goes on without a bend or a step and
 * never stops growing, so that of two wild deviations the wilder one still ranks higher. Below 0,
 * which only rounding makes of a probability of 1, it is 0.
 */
export function boundedSurprise(nats: number): number {
  if (nats <= 0) return 0;
  return nats <= bentFrom ? nats : mostNats - (bentFrom * bentFrom) / nats;
}
