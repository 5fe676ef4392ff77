import type { Finding } from './findings.ts';

/** The leaves by their number, from `first` on; undefined where a number is missing. */
export type NumberedLeaves = { readonly leaves: readonly (Uint8Array | undefined)[]; readonly first: number };

type ReadLeaf = { readonly sequence: number; readonly leaf: Uint8Array };

/** So many numbers may be missing before a trail is taken for the beginning of itself: a forged number must not ask for all memory. */
const maxMissing = 1_000_000;

/** Puts the leaves where their numbers say, and names what is missing, repeated or out of place. */
export function orderEntries(read: readonly ReadLeaf[]): NumberedLeaves & { readonly findings: Finding[] } {
  const findings: Finding[] = [];
  const byNumber = new Map<number, Uint8Array>();
  for (const { sequence, leaf } of read) {
    if (byNumber.has(sequence)) findings.push({ kind: 'number_repeated', sequence });
    else byNumber.set(sequence, leaf);
  }
  const numbers = [...byNumber.keys()];
  const sorted = numbers.toSorted((one, other) => one - other);
  findings.push(...outOfPlace(numbers, sorted));
  const first = sorted[0] ?? 0;
  if (first > 0) findings.push({ kind: 'number_missing', from: 0, to: first - 1 });
  const leaves: (Uint8Array | undefined)[] = [];
  for (const sequence of sorted) {
    const expected = first + leaves.length;
    if (sequence > expected) {
      findings.push({ kind: 'number_missing', from: expected, to: sequence - 1 });
      if (sequence - expected > maxMissing) break;
      leaves.push(...Array.from<undefined>({ length: sequence - expected }));
    }
    leaves.push(byNumber.get(sequence));
  }
  return { leaves, first, findings };
}

/** Two that stand in each other's place are named together. */
function outOfPlace(numbers: readonly number[], sorted: readonly number[]): Finding[] {
  const findings: Finding[] = [];
  /** By the number that belongs to a place, the one that stands there. */
  const found = new Map<number, number>();
  numbers.forEach((sequence, at) => {
    const expected = sorted[at];
    if (expected !== undefined && expected !== sequence) found.set(expected, sequence);
  });
  for (const [expected, sequence] of found) {
    if (found.get(sequence) === expected) {
      if (expected < sequence) findings.push({ kind: 'entries_swapped', one: expected, other: sequence });
    } else {
      findings.push({ kind: 'entry_out_of_place', sequence });
    }
  }
  return findings;
}
