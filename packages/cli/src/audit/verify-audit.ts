import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProven, readProof, readPublicKeys, trailLines, trailName, verifyTrail } from '@weir/audit';
import type { ReadTrail, VerifiedTrail } from '@weir/audit';
import type { AuditCheckpoint } from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { connectOps } from '../ops/connect-ops.ts';
import { createTrailCollector } from './collect-trail.ts';
import { linesIn } from './lines-in.ts';
import { readAuditTrail } from './read-audit-trail.ts';
import { inFiles, readKeptCheckpoints } from './read-kept.ts';
import { publicKeyPem } from './signing-key.ts';

export type VerifyOptions = { readonly checkpoints?: string; readonly publicKey?: string };

/** An entry, two checkpoints and at most 53 hashes twice take a tenth of it. */
const maxProofBytes = 1_048_576;

/** Entries follow their kept checkpoint within this time. */
const entriesFollowMs = 5_000;

/** What was verified: a trail, or the proof of one entry. */
export type Verified =
  | { readonly kind: 'trail'; readonly verified: VerifiedTrail }
  | { readonly kind: 'proof'; readonly sequence: number; readonly ok: boolean };

/** Verifies an exported file, or a proof, with nothing but the public key. */
export function verifyFile(file: string, options: VerifyOptions): Verified {
  if (options.publicKey === undefined) {
    throw new CommandError(
      exitCodes.usage,
      'Verifying a file takes --public-key FILE, as "weir audit public-key" prints it',
    );
  }
  const publicKeys = keysIn(options.publicKey);
  const proof = inFiles('the file', () => proofIn(file));
  if (proof !== undefined)
    return { kind: 'proof', sequence: proof.entry.sequence, ok: isProven(proof, publicKeys) };
  const trust = { publicKeys, kept: keptIn(options), needsCheckpoint: true };
  const { add, trail } = createTrailCollector();
  inFiles('the file', () => {
    for (const line of trailLines(linesIn(file))) add(line);
  });
  const verified = verifyTrail(trail, trust);
  return { kind: 'trail', verified };
}

/** The proof in a file, or undefined where it holds something else, as a file of some size does. */
const proofIn = (file: string): ReturnType<typeof readProof> =>
  statSync(file).size > maxProofBytes ? undefined : readProof(readFileSync(file, 'utf8'));

/** Verifies the trail as it stands on the topic. */
export async function verifyTopic(context: CommandContext, options: VerifyOptions): Promise<Verified> {
  const pem = options.publicKey === undefined ? await publicKeyPem(context) : undefined;
  const publicKeys = pem === undefined ? keysIn(options.publicKey ?? '') : readPublicKeys(pem);
  const ops = connectOps(context.env, context.home);
  try {
    // Before the topic: a checkpoint is kept first, and its entries follow.
    const kept = keptIn(options);
    let trail = await readAuditTrail(ops);
    if (isAhead(kept, trail)) {
      await sleep(entriesFollowMs, undefined, { signal: context.stopping });
      trail = await readAuditTrail(ops);
    }
    const verified = verifyTrail(trail, { publicKeys, name: trailName(ops.environment), kept });
    return { kind: 'trail', verified };
  } finally {
    await ops.close();
  }
}

const isAhead = (kept: readonly AuditCheckpoint[], trail: ReadTrail): boolean => {
  const newest = trail.checkpoints.at(-1)?.treeSize ?? 0;
  return kept.some(({ treeSize }) => treeSize > newest);
};

const keptIn = ({ checkpoints }: VerifyOptions): readonly AuditCheckpoint[] =>
  checkpoints === undefined ? [] : readKeptCheckpoints(checkpoints);

function keysIn(file: string): ReturnType<typeof readPublicKeys> {
  const pem = inFiles('the public key', () => readFileSync(file, 'utf8'));
  try {
    return readPublicKeys(pem);
  } catch (cause) {
    throw new CommandError(exitCodes.usage, 'The file of --public-key holds no public key on P-256 in PEM', {
      cause,
    });
  }
}
