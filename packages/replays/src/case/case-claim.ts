import { instant, sha256Hex } from '@weir/contracts';
import { z } from 'zod';
import { replayPlan } from '../plan.ts';

const person = z.string().min(1).max(256);

/**
 * What replay signs of a bundle. It takes nobody's word for who planned and approved, and for which token asked: only
 * the digest of the index comes from outside.
 */
export const caseClaim = z
  .strictObject({
    replayId: replayPlan.shape.replayId,
    planHash: sha256Hex,
    indexSha256: sha256Hex,
    plannedBy: person,
    approvedBy: person,
    exportedBy: person.describe('The name of the token that had it signed'),
    signedAt: instant,
    keyId: z.string().min(1).max(2_048).describe('The ARN of the key that signed'),
    algorithm: z.literal('ECDSA_SHA_256'),
  })
  .describe('What is signed of the bundle of a case');
export type CaseClaim = z.infer<typeof caseClaim>;

/** What is asked for: a signature over an index with this digest. */
export const caseSignatureRequest = z
  .strictObject({ indexSha256: sha256Hex.describe('SHA-256 of index.json, byte for byte') })
  .describe('A bundle that is to be signed');

/** The claim, and the signature over its signed text: DER in base64, as KMS answers it. */
export const caseSignatureAnswer = z
  .strictObject({ claim: caseClaim, signature: z.base64().min(1).max(1_024) })
  .describe('A signed claim of a bundle');
export type CaseSignatureAnswer = z.infer<typeof caseSignatureAnswer>;

/** Whether a bundle could be signed: asked before anything is opened for it. */
export const caseReadiness = z
  .strictObject({ replayId: replayPlan.shape.replayId, ready: z.boolean().describe('It has been run') })
  .describe('Whether the bundle of a case can be signed');
export type CaseReadiness = z.infer<typeof caseReadiness>;

const beginning = 'weir case bundle v1\n';

/** The bytes that are signed: a line that no other text signed by anybody begins with, then the claim as JSON. */
export const caseSignedText = (claim: CaseClaim): Buffer =>
  Buffer.from(`${beginning}${JSON.stringify(caseClaim.parse(claim))}\n`);

/** What a signed text claims; undefined where it is not exactly what writing it again gives. */
export function readCaseClaim(signed: Uint8Array): CaseClaim | undefined {
  const bytes = Buffer.from(signed);
  try {
    const claim = caseClaim.parse(JSON.parse(bytes.toString('utf8').slice(beginning.length)));
    return caseSignedText(claim).equals(bytes) ? claim : undefined;
  } catch {
    return undefined;
  }
}
