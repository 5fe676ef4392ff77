import type { Random } from '@weir/simulator';

/** One of the items, if there are any. */
export const pickAny = <Item>(random: Random, items: readonly Item[]): Item | undefined =>
  items.length === 0 ? undefined : random.pick(items);
