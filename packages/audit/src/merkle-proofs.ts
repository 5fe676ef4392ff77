import { createMerkleTree, nodeHash } from './merkle-tree.ts';

/**
 * What gives the audit path of any leaf in the tree over all `leaves` (their hashes): RFC 9162, section 2.1.3.1. The
 * roots of larger subtrees are kept, so that many paths cost about as much as one. It throws RangeError for a leaf
 * that isn't there.
 */
export function inclusionProofs(leaves: readonly Uint8Array[]): (index: number) => Buffer[] {
  const rootOf = keepingRoots(leaves);
  return (index) => {
    requireWithin(index, 0, leaves.length - 1, 'leaf');
    const path: Buffer[] = [];
    let [from, to] = [0, leaves.length];
    // From the root down: the sibling of each subtree on the way, turned round at the end.
    while (to - from > 1) {
      const middle = from + splitOf(to - from);
      if (index < middle) {
        path.push(rootOf(middle, to));
        to = middle;
      } else {
        path.push(rootOf(from, middle));
        from = middle;
      }
    }
    return path.reverse();
  };
}

/**
 * The root that an audit path leads to (RFC 9162, section 2.1.3.2), or undefined
 * for a path of the wrong length. The leaf is in the tree where it is the tree's.
 */
export function rootByInclusion(options: {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly treeSize: number;
  readonly path: readonly Uint8Array[];
}): Buffer | undefined {
  const { leaf, index, treeSize, path } = options;
  if (!isWithin(index, 0, treeSize - 1)) return undefined;
  let [node, last] = [index, treeSize - 1];
  let hash: Buffer = Buffer.from(leaf);
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 ? hash : undefined;
}

/**
 * The proof that the tree over all `leaves` goes on from the one over the first
 * `earlierSize` of them: RFC 9162, section 2.1.4.1. Throws RangeError for an
 * earlier size that isn't between 1 and the number of leaves.
 */
export function consistencyProof(leaves: readonly Uint8Array[], earlierSize: number): Buffer[] {
  requireWithin(earlierSize, 1, leaves.length, 'earlier size');
  const path: Buffer[] = [];
  let [from, to] = [0, leaves.length];
  let isWhole = true;
  // What SUBPROOF of the RFC does by recursion, from the root down.
  while (earlierSize !== to) {
    const middle = from + splitOf(to - from);
    if (earlierSize <= middle) {
      path.push(rangeRoot(leaves, middle, to));
      to = middle;
    } else {
      path.push(rangeRoot(leaves, from, middle));
      from = middle;
      isWhole = false;
    }
  }
  if (!isWhole) path.push(rangeRoot(leaves, from, to));
  return path.reverse();
}

/** Whether the proof leads from the one root to the other: RFC 9162, section 2.1.4.2. */
export function isConsistent(options: {
  readonly earlier: { readonly treeSize: number; readonly root: Uint8Array };
  readonly later: { readonly treeSize: number; readonly root: Uint8Array };
  readonly path: readonly Uint8Array[];
}): boolean {
  const { earlier, later } = options;
  if (!isWithin(earlier.treeSize, 1, later.treeSize)) return false;
  if (earlier.treeSize === later.treeSize) {
    return options.path.length === 0 && Buffer.compare(earlier.root, later.root) === 0;
  }
  let [node, last] = [earlier.treeSize - 1, later.treeSize - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  const [first, ...path] = node === 0 ? [earlier.root, ...options.path] : options.path;
  if (first === undefined) return false;
  let earlierHash: Buffer = Buffer.from(first);
  let laterHash = earlierHash;
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      earlierHash = nodeHash(sibling, earlierHash);
      laterHash = nodeHash(sibling, laterHash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      laterHash = nodeHash(laterHash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && earlierHash.equals(earlier.root) && laterHash.equals(later.root);
}

const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);
const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && Number.isSafeInteger(most) && value >= least && value <= most;

function requireWithin(value: number, least: number, most: number, what: string): void {
  if (!isWithin(value, least, most)) throw new RangeError(`the ${what} is not between ${least} and ${most}`);
}

/** The largest power of two below the number of leaves: where a tree parts into its subtrees. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/** Subtrees of fewer leaves are computed each time: their roots would take more room than they save work. */
const keptLeaves = 64;

/** The roots of subtrees, each of the larger ones computed once. */
function keepingRoots(leaves: readonly Uint8Array[]): (from: number, to: number) => Buffer {
  const kept = new Map<string, Buffer>();
  const rootOf = (from: number, to: number): Buffer => {
    if (to - from < keptLeaves) return rangeRoot(leaves, from, to);
    const name = `${String(from)} ${String(to)}`;
    const middle = from + splitOf(to - from);
    const root = kept.get(name) ?? nodeHash(rootOf(from, middle), rootOf(middle, to));
    kept.set(name, root);
    return root;
  };
  return rootOf;
}

function rangeRoot(leaves: readonly Uint8Array[], from: number, to: number): Buffer {
  const tree = createMerkleTree();
  for (let at = from; at < to; at += 1) tree.append(leaves[at] as Uint8Array);
  return tree.root();
}
