import { ln } from '@weir/windows';

const hourMs = 3_600_000;
const hours = 24;

/** What a transaction so many hours away says of an hour: a triangle, which ends after three. */
const kernel = [4 / 16, 3 / 16, 2 / 16, 1 / 16] as const;

/** As so many transactions, spread evenly over the day, count beside the account's own. */
const evenWeight = 12;

/**
 * How unusual the hour is: −ln of its probability relative to 1/24, by a histogram of the account's
 * own hours (UTC) that is smoothed around the clock (a kernel estimate on a circle: Mardia and Jupp,
 * Directional Statistics, 2000). 0 where nothing is known; below 0 at usual hours.
 */
export function hourSurprise(atMs: number, countsByHour: readonly number[]): number {
  const hour = Math.floor(atMs / hourMs) % hours;
  let near = 0;
  let all = 0;
  for (let other = 0; other < hours; other += 1) {
    const count = countsByHour[other] ?? 0;
    const apart = Math.abs(other - hour);
    near += count * (kernel[Math.min(apart, hours - apart)] ?? 0);
    all += count;
  }
  return ln((all + evenWeight) / (near * hours + evenWeight));
}
