import { hash as digestOf } from 'node:crypto';

/** What a leaf and an inner node begin with (RFC 9162, section 2.1.1), so that neither can pass for the other. */
const leafPrefix = 0x00;
const nodePrefix = 0x01;

/** The hash of a leaf: SHA-256(0x00 || bytes). */
export function leafHash(bytes: Uint8Array): Buffer {
  const hashed = Buffer.allocUnsafe(1 + bytes.byteLength);
  hashed[0] = leafPrefix;
  hashed.set(bytes, 1);
  return sha256(hashed);
}

/** The hash of an inner node: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const hashed = Buffer.allocUnsafe(1 + left.byteLength + right.byteLength);
  hashed[0] = nodePrefix;
  hashed.set(left, 1);
  hashed.set(right, 1 + left.byteLength);
  return sha256(hashed);
}

/** All at once, and by way of a text: a hash that is fed, and one that gives bytes at once, take twice as long. */
const sha256 = (bytes: Uint8Array): Buffer => Buffer.from(digestOf('sha256', bytes, 'base64'), 'base64');

/**
 * All that a growing tree needs to know of its leaves: their number, and the
 * roots of the perfect subtrees they fall into, the largest first. There are as
 * many as `size` has ones in binary, so never more than 53.
 */
export type Frontier = { readonly size: number; readonly peaks: readonly Uint8Array[] };

export type MerkleTree = {
  readonly size: () => number;
  readonly append: (leaf: Uint8Array) => void;
  /** The Merkle Tree Hash of RFC 9162, section 2.1.1, over all leaves. */
  readonly root: () => Buffer;
  readonly frontier: () => Frontier;
};

export const emptyFrontier: Frontier = { size: 0, peaks: [] };

/**
 * A tree that grows leaf by leaf in logarithmic memory. `append` takes the hash
 * of a leaf. Throws RangeError for a frontier that no tree of its size has.
 */
export function createMerkleTree(from: Frontier = emptyFrontier): MerkleTree {
  if (!isFrontier(from)) throw new RangeError('no tree of this size has such a frontier');
  let { size } = from;
  const peaks = [...from.peaks];
  return {
    size: () => size,
    append(leaf) {
      let hash = leaf;
      for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
        hash = nodeHash(peaks.pop() as Uint8Array, hash);
      }
      peaks.push(hash);
      size += 1;
    },
    root: () => rootOf(peaks),
    frontier: () => ({ size, peaks: [...peaks] }),
  };
}

/** Whether there are as many peaks as the size asks for. Whether they are the right ones only a known root says. */
export function isFrontier({ size, peaks }: Frontier): boolean {
  return Number.isSafeInteger(size) && size >= 0 && onesOf(size) === peaks.length;
}

/** The root of the tree whose frontier has these peaks. */
export function rootOf(peaks: readonly Uint8Array[]): Buffer {
  const last = peaks.at(-1);
  if (last === undefined) return sha256(new Uint8Array(0));
  let hash: Buffer = Buffer.from(last);
  for (let at = peaks.length - 2; at >= 0; at -= 1) hash = nodeHash(peaks[at] as Uint8Array, hash);
  return hash;
}

function onesOf(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}
