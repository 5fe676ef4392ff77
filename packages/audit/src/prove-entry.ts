import type { KeyObject } from 'node:crypto';
import { auditCheckpoint, auditEntry } from '@weir/contracts';
import type { AuditCheckpoint, AuditEntry } from '@weir/contracts';
import { entryLeaf, frontierOf, isSignedBy } from './checkpoint.ts';
import type { ReadTrail } from './verify-trail.ts';
import { consistencyProof, inclusionProofs, isConsistent, rootByInclusion } from './merkle-proofs.ts';

/** That an entry stands on a trail, for somebody who has the public key and nothing else of it. */
export type EntryProof = {
  readonly entry: AuditEntry;
  readonly checkpoint: AuditCheckpoint;
  /** The hashes from the leaf to the root, in hex: RFC 9162, section 2.1.3. */
  readonly path: readonly string[];
  /** That the trail goes on from an earlier checkpoint: RFC 9162, section 2.1.4. */
  readonly since?: { readonly checkpoint: AuditCheckpoint; readonly path: readonly string[] };
};

export type ProofFailure = 'entry_unknown' | 'not_covered' | 'trail_incomplete' | 'checkpoint_unknown';

/**
 * Proves that the entry is under the newest checkpoint, and on request that this
 * one goes on from an earlier one of the trail. The trail has to be whole, from
 * number 0 to there; only the entry itself has to be held whole.
 */
export function proveEntry(
  trail: Pick<ReadTrail, 'entries' | 'checkpoints'>,
  sequence: number,
  sinceSize?: number,
): Proven<{ readonly proof: EntryProof }> {
  const entry = trail.entries.find((one) => one.sequence === sequence);
  if (entry === undefined || 'leaf' in entry) return { ok: false, failure: 'entry_unknown' };
  const covered = coveredBy(trail);
  if (!covered.ok) return covered;
  const { checkpoint, leaves } = covered;
  if (checkpoint.treeSize <= sequence) return { ok: false, failure: 'not_covered' };
  const proof = { entry, checkpoint, path: hex(inclusionProofs(leaves)(sequence)) };
  if (sinceSize === undefined) return { ok: true, proof };
  const earlier = trail.checkpoints.find(({ treeSize }) => treeSize === sinceSize);
  if (earlier === undefined) return { ok: false, failure: 'checkpoint_unknown' };
  const path = hex(consistencyProof(leaves, earlier.treeSize));
  return { ok: true, proof: { ...proof, since: { checkpoint: earlier, path } } };
}

/** Proves each entry that is held whole and stands under the newest checkpoint, in their order. */
export function proveEntries(
  trail: Pick<ReadTrail, 'entries' | 'checkpoints'>,
): Proven<{ readonly checkpoint: AuditCheckpoint; readonly proofs: readonly EntryProof[] }> {
  const covered = coveredBy(trail);
  if (!covered.ok) return covered;
  const { checkpoint, leaves } = covered;
  const pathOf = inclusionProofs(leaves);
  const proofs = trail.entries
    .slice(0, checkpoint.treeSize)
    .flatMap((entry) => ('leaf' in entry ? [] : [{ entry, checkpoint, path: hex(pathOf(entry.sequence)) }]));
  return { ok: true, checkpoint, proofs };
}

type Proven<Found> = ({ readonly ok: true } & Found) | { readonly ok: false; readonly failure: ProofFailure };

/** The newest checkpoint, and the leaves under it. */
function coveredBy(
  trail: Pick<ReadTrail, 'entries' | 'checkpoints'>,
): Proven<{ readonly checkpoint: AuditCheckpoint; readonly leaves: readonly Uint8Array[] }> {
  const checkpoint = trail.checkpoints.reduce<AuditCheckpoint | undefined>(
    (newest, one) => (newest === undefined || one.treeSize > newest.treeSize ? one : newest),
    undefined,
  );
  if (checkpoint === undefined) return { ok: false, failure: 'not_covered' };
  const covered = trail.entries.slice(0, checkpoint.treeSize);
  if (covered.length < checkpoint.treeSize || covered.some((one, index) => one.sequence !== index))
    return { ok: false, failure: 'trail_incomplete' };
  return {
    ok: true,
    checkpoint,
    leaves: covered.map((one) => ('leaf' in one ? one.leaf : entryLeaf(one))),
  };
}

/** Whether a proof holds under one of the public keys. Never throws. */
export function isProven(proof: EntryProof, publicKeys: readonly KeyObject[]): boolean {
  const { entry, checkpoint, since } = proof;
  const isSigned = [checkpoint, ...(since === undefined ? [] : [since.checkpoint])].every(
    (one) => isSignedBy(one, publicKeys) && frontierOf(one) !== undefined,
  );
  const root = rootByInclusion({
    leaf: entryLeaf(entry),
    index: entry.sequence,
    treeSize: checkpoint.treeSize,
    path: bytes(proof.path),
  });
  if (!isSigned || root?.toString('hex') !== checkpoint.rootHash) return false;
  if (since === undefined) return true;
  return (
    since.checkpoint.trail === checkpoint.trail &&
    isConsistent({ earlier: treeOf(since.checkpoint), later: treeOf(checkpoint), path: bytes(since.path) })
  );
}

/** Reads a proof, or undefined where the text is none. */
export function readProof(text: string): EntryProof | undefined {
  try {
    const { proof } = JSON.parse(text) as { proof: EntryProof };
    const entry = auditEntry.parse(proof.entry);
    const checkpoint = auditCheckpoint.parse(proof.checkpoint);
    const path = hashes(proof.path);
    if (proof.since === undefined) return { entry, checkpoint, path };
    const since = {
      checkpoint: auditCheckpoint.parse(proof.since.checkpoint),
      path: hashes(proof.since.path),
    };
    return { entry, checkpoint, path, since };
  } catch {
    return undefined;
  }
}

const hex = (path: readonly Buffer[]): string[] => path.map((hash) => hash.toString('hex'));
const bytes = (path: readonly string[]): Buffer[] => path.map((hash) => Buffer.from(hash, 'hex'));

/** A path has a hash for each level of a tree, and no tree has more than 53. */
function hashes(path: unknown): readonly string[] {
  const isHash = (one: unknown): one is string => typeof one === 'string' && /^[0-9a-f]{64}$/.test(one);
  if (!Array.isArray(path) || path.length > 64 || !path.every(isHash)) {
    throw new RangeError('expected hashes in hex');
  }
  return path;
}

const treeOf = ({ treeSize, rootHash }: AuditCheckpoint) => ({
  treeSize,
  root: Buffer.from(rootHash, 'hex'),
});
