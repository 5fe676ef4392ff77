import { z } from 'zod';
import { artefactRef, instant, sha256Hex } from './fields.ts';

/** Whose pseudonyms a list holds. */
export const listOf = z.enum(['counterparty', 'account']);
export type ListOf = z.infer<typeof listOf>;

/** So many base64 characters one part holds at most: with envelope and JSON it stays below the topic's limit. */
export const listPartCharacters = 262_144;

/** And so many parts a list has at most: a quarter of a gigabyte, some twenty million entries. */
export const listParts = 1_000;

/**
 * A slice of a list's bytes, whose format packages/lists defines. All parts of one stand one behind the
 * other, in one Kafka transaction. Each says of the whole what a list of lists shows.
 */
export const listPart = z
  .strictObject({
    artefact: artefactRef,
    digest: sha256Hex.describe('SHA-256 of all bytes'),
    of: listOf,
    importedAt: instant,
    entries: z.int().min(0).describe('Of the whole list'),
    bytes: z.int().min(1).describe('Length of all bytes'),
    parts: z.int().min(1).max(listParts),
    part: z.int().min(0),
    slice: z.base64().min(1).max(listPartCharacters),
  })
  .refine(({ part, parts }) => part < parts, { path: ['part'], message: 'not below "parts"' })
  .describe('A part of a list');
export type ListPart = z.infer<typeof listPart>;
