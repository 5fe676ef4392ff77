/** Where a value lies among knots: between `index` and the next, by `share` of the way. */
export type Place = { index: number; share: number };

/**
 * Puts into `place` where the value lies. Before the first knot and behind the last it lies on it; a value that
 * is none lies on the weight behind those of the knots.
 */
export function locate(knots: ArrayLike<number>, value: number | null | undefined, place: Place): void {
  const last = knots.length - 1;
  place.share = 0;
  if (value === null || value === undefined) {
    place.index = last + 1;
    return;
  }
  if (value <= (knots[0] as number)) {
    place.index = 0;
    return;
  }
  if (value >= (knots[last] as number)) {
    place.index = last;
    return;
  }
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((knots[middle] as number) <= value) low = middle;
    else high = middle;
  }
  const from = knots[low] as number;
  place.index = low;
  place.share = (value - from) / ((knots[low + 1] as number) - from);
}
