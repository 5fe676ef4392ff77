/** A source of chance that depends on its keys alone: the same keys give the same draws on every machine. */
export type Random = {
  /** In [0, 1), with 32 bits. */
  unit(): number;
  /** A whole number in [0, below). */
  below(bound: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** About standard normal, within ±6. */
  normal(): number;
};

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** FNV-1a over the UTF-16 units of a text, from a chosen start. */
function hashText(text: string, start: number): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** The finalizer of MurmurHash3: spreads every bit of the word over all of it. */
function spread(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/**
 * Makes an independent source for each list of keys, so that what one account
 * does on one day needs no draw of any other. Generator: xoshiro128** (Blackman
 * and Vigna, "Scrambled linear pseudorandom number generators", 2018), which
 * uses whole 32-bit words only. Not for secrets.
 */
export function createRandom(...keys: readonly (string | number)[]): Random {
  const text = keys.join('/');
  const first = hashText(text, 0x811c9dc5);
  const second = hashText(text, 0x9e3779b9);
  let a = spread(first);
  let b = spread(second);
  let c = spread(first ^ 0x6a09e667);
  /** A state of nothing but zeros would stay so for ever. */
  let d = spread(second ^ 0xbb67ae85) | 1;
  const word = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result >>> 0;
  };
  const unit = (): number => word() / 0x1_0000_0000;
  const below = (bound: number): number => Math.floor(unit() * bound);
  return {
    unit,
    below,
    chance: (probability) => unit() < probability,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('there is nothing to pick from');
      return item;
    },
    /** Twelve uniform draws less their mean have variance one (Irwin–Hall): no logarithm or cosine whose bits could differ. */
    normal: () => {
      let sum = -6;
      for (let draw = 0; draw < 12; draw += 1) sum += unit();
      return sum;
    },
  };
}
