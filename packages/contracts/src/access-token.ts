import { createHash } from 'node:crypto';
import { z } from 'zod';
import { instant, sha256Hex, slug } from './fields.ts';

/** What a token may be used for. */
export const tokenScopes = [
  'transactions:write',
  'verdicts:read',
  'rules:publish',
  'rules:approve',
  'rules:activate',
  'alerts:read',
  'alerts:act',
  'alerts:release',
  'alerts:approve',
  'alerts:operate',
  'replay:plan',
  'replay:approve',
  'replay:run',
  'replay:read',
  'replay:export',
] as const;
/** Of a token that is made without being told what for: who offers transactions changes no rules. */
export const defaultTokenScopes = [
  'transactions:write',
  'verdicts:read',
] as const satisfies readonly TokenScope[];
export type TokenScope = (typeof tokenScopes)[number];

/** Checking a token looks at all of them, so their number has a bound. */
export const maxTokens = 1_000;

/** A named token as the door keeps it: not the token, but the digest of it. */
export const accessToken = z.strictObject({
  name: slug,
  tenant: slug.describe('Whose transactions it offers'),
  source: slug.describe('The connection they come in by'),
  scopes: z.array(z.enum(tokenScopes)).min(1),
  sha256: sha256Hex.describe('Of the token, which is random: nothing slower is needed'),
  createdAt: instant,
  expiresAt: instant.nullable(),
  certificateSubject: z
    .string()
    .min(1)
    .max(512)
    .nullable()
    .describe('Set, the token is good only on a connection with this client certificate'),
});
export type AccessToken = z.infer<typeof accessToken>;

/** The file that `weir tokens` writes and the door reads. */
export const tokenFile = z
  .strictObject({ version: z.literal(1), tokens: z.array(accessToken).max(maxTokens) })
  .refine(({ tokens }) => new Set(tokens.map(({ name }) => name)).size === tokens.length, {
    message: 'two tokens have one name',
  });
export type TokenFile = z.infer<typeof tokenFile>;

/** A token's text begins so that whoever finds one knows what it is: scanners for leaked secrets go by it. */
const tokenPrefix = 'weir_';
/** As many random bytes as a SHA-256 has. */
export const tokenRandomBytes = 32;

/** The text of a token made of these random bytes. Throws RangeError for too few. */
export function tokenText(random: Uint8Array): string {
  if (random.length !== tokenRandomBytes)
    throw new RangeError(`a token is made of ${tokenRandomBytes} bytes`);
  return tokenPrefix + Buffer.from(random).toString('base64url');
}

/** What is kept of a token. */
export const tokenDigest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** How a client certificate's subject is written where tokens are bound to it: in one line, in the certificate's order. */
export const subjectInOneLine = (subject: string): string => subject.split('\n').join(', ');
