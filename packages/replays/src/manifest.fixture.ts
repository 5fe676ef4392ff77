import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createManifestWriter } from './manifest-writer.ts';
import { endLine, headerLine, manifestSignedText } from './manifest.ts';
import type { ManifestClaim, ManifestLeaf } from './manifest.ts';
import { samplePlan } from './plan.fixture.ts';
import { planHash } from './plan.ts';

export const sampleTopics = ['transactions.received.v1'];

export const keyPair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** So many records of the sample plan, first of the one partition, then of the other. */
export function sampleLeaves(count: number, inFirst = Math.ceil(count / 2)): ManifestLeaf[] {
  return Array.from({ length: count }, (_, index) => ({
    topic: 'transactions.received.v1',
    partition: index < inFirst ? 0 : 3,
    offset: 10 + 2 * index,
    timestampMs: 1_772_000_000_000 + index,
    sha256: Buffer.alloc(32, index + 1),
  }));
}

export const claimOf = (written: { records: number; root: string }): ManifestClaim => ({
  ...written,
  startedAt: '2026-03-03T09:31:00.000Z',
  endedAt: '2026-03-03T09:32:00.000Z',
  versions: [
    { versions: { ruleset: 'starter@2', windowPlan: 'starter-windows@1' }, records: written.records },
  ],
  reportSha256: null,
  plannedBy: 'local-analyst',
  approvedBy: 'local-approver',
  keyId: 'arn:aws:kms:local:000000000000:key/replay-signing',
  algorithm: 'ECDSA_SHA_256',
});

/** The lines of a signed manifest over these records. */
export function signedLines(leaves: readonly ManifestLeaf[], privateKey: KeyObject = keyPair.privateKey) {
  const writer = createManifestWriter(sampleTopics);
  const lines = leaves.map(writer.add);
  const claim = claimOf({ records: writer.records(), root: writer.root() });
  const text = manifestSignedText({ planHash: planHash(samplePlan), topics: sampleTopics }, claim);
  return [headerLine(samplePlan, sampleTopics), ...lines, endLine(claim, sign('sha256', text, privateKey))];
}

export const fileOf = (lines: readonly string[]): Buffer =>
  Buffer.from(lines.map((line) => `${line}\n`).join(''));

/** The bytes as a file gives them, so many at a time. */
export async function* inChunks(bytes: Uint8Array, size = 64): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}
