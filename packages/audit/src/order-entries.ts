import type { Finding } from './findings.ts';

/** The leaves by their number: the first that is there, and the number behind the last. */
export type NumberedLeaves = {
  readonly leafOf: (sequence: number) => Uint8Array | undefined;
  readonly first: number;
  readonly end: number;
};

/** An entry of a trail, as far as the tree knows it. */
export type ReadLeaf = { readonly sequence: number; readonly leaf: Uint8Array };

/**
 * Finds the leaves by their numbers, and names what is missing, repeated or out of
 * place. Takes memory for what is there alone, whatever number somebody forged.
 */
export function orderEntries(read: readonly ReadLeaf[]): NumberedLeaves & { readonly findings: Finding[] } {
  const findings: Finding[] = [];
  const byNumber = new Map<number, Uint8Array>();
  for (const { sequence, leaf } of read) {
    if (byNumber.has(sequence)) findings.push({ kind: 'number_repeated', sequence });
    else byNumber.set(sequence, leaf);
  }
  const numbers = [...byNumber.keys()];
  const sorted = numbers.toSorted((one, other) => one - other);
  for (const finding of outOfPlace(numbers, sorted)) findings.push(finding);
  let expected = 0;
  for (const sequence of sorted) {
    if (sequence > expected) findings.push({ kind: 'number_missing', from: expected, to: sequence - 1 });
    expected = sequence + 1;
  }
  return { leafOf: (sequence) => byNumber.get(sequence), first: sorted[0] ?? 0, end: expected, findings };
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
