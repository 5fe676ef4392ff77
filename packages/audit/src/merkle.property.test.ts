import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { consistencyProof, inclusionProofs, isConsistent, rootByInclusion } from './merkle-proofs.ts';
import { createMerkleTree, leafHash, nodeHash } from './merkle-tree.ts';

const leavesOf = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`leaf ${index}`)));

const largestPowerBelow = (count: number): number => 2 ** (Math.ceil(Math.log2(count)) - 1);

/** The definition of the RFC, word for word. */
function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return createMerkleTree().root();
  if (leaves.length === 1) return only;
  const k = largestPowerBelow(leaves.length);
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

function naivePath(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (leaves.length === 1) return [];
  const k = largestPowerBelow(leaves.length);
  return index < k
    ? [...naivePath(leaves.slice(0, k), index), naiveRoot(leaves.slice(k))]
    : [...naivePath(leaves.slice(k), index - k), naiveRoot(leaves.slice(0, k))];
}

function naiveSubproof(leaves: readonly Uint8Array[], m: number, isWhole: boolean): Uint8Array[] {
  if (m === leaves.length) return isWhole ? [] : [naiveRoot(leaves)];
  const k = largestPowerBelow(leaves.length);
  return m <= k
    ? [...naiveSubproof(leaves.slice(0, k), m, isWhole), naiveRoot(leaves.slice(k))]
    : [...naiveSubproof(leaves.slice(k), m - k, false), naiveRoot(leaves.slice(0, k))];
}

const hex = (hashes: readonly Uint8Array[]): string[] =>
  hashes.map((hash) => Buffer.from(hash).toString('hex'));

test('A tree grown leaf by leaf, stopped and gone on with anywhere, has the root of the definition', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (one, other) => {
      const [stop, count] = [Math.min(one, other), Math.max(one, other)];
      const leaves = leavesOf(count);
      const before = createMerkleTree();
      leaves.slice(0, stop).forEach(before.append);
      const after = createMerkleTree(before.frontier());
      leaves.slice(stop).forEach(after.append);
      assert.equal(after.size(), count);
      assert.deepEqual(hex([after.root()]), hex([naiveRoot(leaves)]));
    }),
  );
});

test('The path of each leaf is that of the definition, and leads to the root', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120 }), fc.nat(), (treeSize, drawn) => {
      const [leaves, index] = [leavesOf(treeSize), drawn % treeSize];
      const path = inclusionProofs(leaves)(index);
      assert.deepEqual(hex(path), hex(naivePath(leaves, index)));
      const root = rootByInclusion({ leaf: leaves[index] as Buffer, index, treeSize, path });
      assert.deepEqual(root, naiveRoot(leaves));
    }),
  );
});

test('A path of another leaf, place, size or length leads elsewhere', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(), fc.nat(), (treeSize, drawn, wrong) => {
      const [leaves, index] = [leavesOf(treeSize), drawn % treeSize];
      const good = { leaf: leaves[index] as Buffer, index, treeSize, path: inclusionProofs(leaves)(index) };
      const other = (index + 1 + (wrong % (treeSize - 1))) % treeSize;
      for (const bad of [
        { ...good, leaf: leaves[other] as Buffer },
        { ...good, index: other },
        { ...good, index: treeSize },
        { ...good, path: good.path.slice(1) },
        { ...good, path: [...good.path, leaves[0] as Buffer] },
      ]) {
        assert.notDeepEqual(rootByInclusion(bad), naiveRoot(leaves));
      }
    }),
  );
});

test('The proof between any two sizes is that of the definition, and holds for these alone', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120 }), fc.nat(), (size, drawn) => {
      const [leaves, earlierSize] = [leavesOf(size), 1 + (drawn % size)];
      const path = consistencyProof(leaves, earlierSize);
      assert.deepEqual(hex(path), hex(naiveSubproof(leaves, earlierSize, true)));
      const earlier = { treeSize: earlierSize, root: naiveRoot(leaves.slice(0, earlierSize)) };
      const later = { treeSize: size, root: naiveRoot(leaves) };
      assert.equal(isConsistent({ earlier, later, path }), true);
      const altered = { ...earlier, root: leafHash(Buffer.from('altered')) };
      assert.equal(isConsistent({ earlier: altered, later, path }), false);
      assert.equal(isConsistent({ earlier, later: { ...later, root: altered.root }, path }), false);
      assert.equal(isConsistent({ earlier, later, path: [...path, earlier.root] }), false);
      if (path.length > 0) assert.equal(isConsistent({ earlier, later, path: path.slice(1) }), false);
    }),
  );
});
