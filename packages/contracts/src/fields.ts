import { z } from 'zod';
import { hasControlCharacter, holdsCardNumber } from './text.ts';
import type { RejectionCode } from './rejection.ts';

/**
 * Marks a refinement with the rejection code it stands for, so that a failed
 * parse becomes a closed code and a path without any text of the payload.
 */
export const refusedAs = (code: RejectionCode): { params: { rejection: RejectionCode } } => ({
  params: { rejection: code },
});

/** Free text people wrote: 1 to `maxLength` UTF-16 units, no control characters, no full card number. */
export const freeText = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .refine((text) => !hasControlCharacter(text), refusedAs('control_character'))
    .refine((text) => !holdsCardNumber(text), refusedAs('card_number'));

/** An identifier another system made: printable ASCII without spaces, never a full card number. */
export const identifier = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[\x21-\x7e]+$/)
    .refine((text) => !holdsCardNumber(text), refusedAs('card_number'));

/** A short lower-case name Weir's operators choose: of a tenant, a source, an environment. */
export const slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/)
  .describe('1–40 of a–z, 0–9 and inner hyphens');

/** An instant as Weir writes it: UTC with milliseconds. */
export const instant = z.iso.datetime({ precision: 3 }).describe('UTC with milliseconds, RFC 3339');

/** A position in a Kafka partition: "the next offset to read" or the offset of a record. */
export const offset = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const partitionNumber = z.int().min(0).max(100_000);

/** What a pseudonym stands for, and the letter it begins with, so that nobody takes one for another. */
export const pseudonymLetters = {
  account: 'a',
  counterparty: 'c',
  transaction: 't',
  rejection: 'r',
} as const;
export type PseudonymPurpose = keyof typeof pseudonymLetters;

const pseudonymShape = /^[a-z][0-9]{1,4}_[A-Za-z0-9_-]{22}$/;

/** A pseudonym: its purpose's letter, the index key's version, and 16 bytes of HMAC-SHA-256 in base64url. */
export const pseudonym = z.string().regex(pseudonymShape);

/** Whether the text is a pseudonym made for that purpose. */
export const isPseudonymOf = (purpose: PseudonymPurpose, text: string): boolean =>
  text.startsWith(pseudonymLetters[purpose]) && pseudonymShape.test(text);

export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** A version of an artefact: immutable, written `id@version`. */
export const artefactRef = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}@[1-9][0-9]{0,8}$/);

/** The name of an artefact without its version. */
export const artefactName = (ref: string): string => ref.slice(0, ref.indexOf('@'));

/** `learned@7` is the seventh. */
export const artefactVersion = (ref: string): number => Number(ref.slice(ref.indexOf('@') + 1));

/**
 * So many lists are in force at most: detection holds each of them in memory, and each transaction may ask
 * each; a position's metadata has a bound, and so has what a verdict says of its versions.
 */
export const mostLists = 16;

/** A score between 0 and 1, rounded to 10^-6. */
export const score = z.number().min(0).max(1);
