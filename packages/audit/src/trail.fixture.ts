import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { AuditCheckpoint, AuditEntry } from '@weir/contracts';
import { claimOf, entryLeaf, signedText, trailName } from './checkpoint.ts';
import { createMerkleTree } from './merkle-tree.ts';

/** A key pair as the notary's, out of a KMS's reach. */
export const newSigningKey = (): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const signingKey = newSigningKey();

export const trail = trailName('test');

const at = '2026-01-02T03:04:05.000Z';

/** Entry `sequence` of a trail that `told` tells from others. */
export const entryOf = (sequence: number, told = 'as it was'): AuditEntry => ({
  sequence,
  requestId: `00000000-0000-4000-8000-${String(sequence).padStart(12, '0').slice(-12)}`,
  at,
  actor: { kind: 'person', name: 'alice' },
  action: 'key_rotated',
  subject: { kind: 'key', id: `key-${sequence}` },
  result: 'done',
  origin: 'weir-cli',
  details: { told: told.replaceAll(' ', '_') },
});

export const entriesOf = (count: number, told?: string): AuditEntry[] =>
  Array.from({ length: count }, (_, sequence) => entryOf(sequence, told));

/** The checkpoints that a notary makes of these entries at these sizes. */
export function checkpointsOf(
  entries: readonly AuditEntry[],
  sizes: readonly number[],
  options: { readonly privateKey?: KeyObject; readonly trail?: string } = {},
): AuditCheckpoint[] {
  const tree = createMerkleTree();
  const made: AuditCheckpoint[] = [];
  for (const entry of entries) {
    tree.append(entryLeaf(entry));
    if (!sizes.includes(tree.size())) continue;
    const claim = claimOf(tree, { trail: options.trail ?? trail, at, keyId: 'arn:key' });
    const signature = sign('sha256', signedText(claim), options.privateKey ?? signingKey.privateKey);
    made.push({ ...claim, signature: signature.toString('base64') });
  }
  return made;
}
