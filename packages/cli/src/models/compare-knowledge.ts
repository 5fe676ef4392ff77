import type { ModelSnapshot } from '@weir/contracts';

type Json = ModelSnapshot['knowledge'];

export type Change = {
  /** Where it stands: names and indices, joined by dots. */
  readonly path: string;
  /** Undefined where it isn't. */
  readonly before: number | undefined;
  readonly after: number | undefined;
};

export type Comparison = {
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
  /** Those that differ most, the largest difference first; at most as many as were asked for. */
  readonly largest: readonly Change[];
};

/** Compares two pieces of JSON by the numbers in them. Looks at each once; memory is that of `most` changes. */
export function compareKnowledge(before: Json, after: Json, most: number): Comparison {
  const counts = { changed: 0, added: 0, removed: 0 };
  let largest: Change[] = [];
  const note = (change: Change): void => {
    const isAdded = change.before === undefined;
    counts[isAdded ? 'added' : change.after === undefined ? 'removed' : 'changed'] += 1;
    largest.push(change);
    if (largest.length >= 2 * most + 2) largest = mostOf(largest, most);
  };
  compare(before, after, '', note);
  return { ...counts, largest: mostOf(largest, most) };
}

const differenceOf = ({ before = 0, after = 0 }: Change): number => Math.abs(after - before);

const mostOf = (changes: readonly Change[], most: number): Change[] =>
  changes.toSorted((a, b) => differenceOf(b) - differenceOf(a) || (a.path < b.path ? -1 : 1)).slice(0, most);

function compare(
  before: Json | undefined,
  after: Json | undefined,
  path: string,
  note: (change: Change) => void,
): void {
  const numbers = { before: numberOf(before), after: numberOf(after) };
  if (numbers.before !== numbers.after) note({ path, ...numbers });
  const inBefore = branchesOf(before);
  const inAfter = branchesOf(after);
  for (const name of new Set([...Object.keys(inBefore), ...Object.keys(inAfter)])) {
    const inner = path === '' ? name : `${path}.${name}`;
    compare(valueIn(inBefore, name), valueIn(inAfter, name), inner, note);
  }
}

const numberOf = (value: Json | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

type Branches = Readonly<Record<string, Json>>;

const branchesOf = (value: Json | undefined): Branches =>
  typeof value === 'object' && value !== null ? (value as Branches) : {};

const valueIn = (branches: Branches, name: string): Json | undefined =>
  Object.hasOwn(branches, name) ? branches[name] : undefined;
