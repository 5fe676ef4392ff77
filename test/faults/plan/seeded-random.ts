/** A source of chance that a seed decides: the same seed tells the same numbers on any machine. */
export type SeededRandom = {
  /** In [0, 1). */
  readonly next: () => number;
  /** A whole number from `low` up to, and with, `high`. */
  readonly between: (low: number, high: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <Item>(items: readonly [Item, ...Item[]]) => Item;
  readonly shuffle: <Item>(items: readonly Item[]) => Item[];
  /** A source of its own for a part, which how often this one or another part is asked doesn't change. */
  readonly fork: (name: string) => SeededRandom;
};

/** Mulberry32 (T. Ettinger, public domain): 32 bits of state are plenty for a schedule and a load. */
export function createSeededRandom(seed: string): SeededRandom {
  let state = hash32(seed);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => items[between(0, items.length - 1)] as (typeof items)[number],
    shuffle: (items) => {
      const mixed = [...items];
      // Fisher and Yates, as Durstenfeld wrote it down: every order is equally likely.
      for (let last = mixed.length - 1; last > 0; last -= 1) {
        const other = between(0, last);
        [mixed[last], mixed[other]] = [mixed[other] as never, mixed[last] as never];
      }
      return mixed;
    },
    fork: (name) => createSeededRandom(`${seed}/${name}`),
  };
}

/** FNV-1a over UTF-16 units. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash | 0;
}
