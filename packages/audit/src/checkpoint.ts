import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { encodePayload, events } from '@weir/contracts';
import type { AuditCheckpoint, AuditEntry } from '@weir/contracts';
import { isFrontier, leafHash, rootOf } from './merkle-tree.ts';
import type { Frontier, MerkleTree } from './merkle-tree.ts';

/** So many entries at most stand between two checkpoints. */
export const checkpointEveryEntries = 256;

/** The name of the trail of an environment. */
export const trailName = (environment: string): string => `weir/${environment}/audit`;

/** A checkpoint that nobody has signed yet. */
export type CheckpointClaim = Omit<AuditCheckpoint, 'signature'>;

/** The leaf of an entry: over its canonical payload, so that it does not matter how a file wrote it. */
export const entryLeaf = (entry: AuditEntry): Buffer => leafHash(encodePayload(events.auditEntry, entry));

/** What the notary claims of the entries in this tree. */
export function claimOf(
  tree: MerkleTree,
  claimed: Pick<CheckpointClaim, 'trail' | 'at' | 'keyId'>,
): CheckpointClaim {
  return {
    trail: claimed.trail,
    treeSize: tree.size(),
    rootHash: tree.root().toString('hex'),
    peaks: tree.frontier().peaks.map((peak) => Buffer.from(peak).toString('hex')),
    at: claimed.at,
    keyId: claimed.keyId,
    algorithm: 'ECDSA_SHA_256',
  };
}

/**
 * The bytes that are signed: a line that no other text signed by anybody begins
 * with, then the claim as JSON in the contract's order of fields.
 */
export function signedText({
  trail,
  treeSize,
  rootHash,
  peaks,
  at,
  keyId,
  algorithm,
}: CheckpointClaim): Buffer {
  const claim = JSON.stringify({ trail, treeSize, rootHash, peaks, at, keyId, algorithm });
  return Buffer.from(`weir audit checkpoint v1\n${claim}\n`);
}

/** What a checkpoint knows of its tree, or undefined where its peaks don't give its root. */
export function frontierOf({ treeSize, peaks, rootHash }: CheckpointClaim): Frontier | undefined {
  const frontier = { size: treeSize, peaks: peaks.map((peak) => Buffer.from(peak, 'hex')) };
  return isFrontier(frontier) && rootOf(frontier.peaks).toString('hex') === rootHash ? frontier : undefined;
}

/** Whether one of the keys signed the checkpoint as it stands. */
export function isSignedBy(checkpoint: AuditCheckpoint, keys: readonly KeyObject[]): boolean {
  const text = signedText(checkpoint);
  const signature = Buffer.from(checkpoint.signature, 'base64');
  return keys.some((key) => verify('sha256', text, key, signature));
}

const pemBlock = /-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----/g;

/**
 * Reads the public keys in a PEM file, one after the other: a trail whose signing
 * key was replaced has several. Throws RangeError where there is none, or another
 * kind than P-256.
 */
export function readPublicKeys(pem: string): readonly KeyObject[] {
  const keys = [...pem.matchAll(pemBlock)].map(([block]) => createPublicKey(block));
  const areOurs = keys.every(
    (key) => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1',
  );
  if (keys.length === 0 || !areOurs) throw new RangeError('expected public keys on P-256 in PEM');
  return keys;
}
