import { z } from 'zod';
import { artefactRef, instant, sha256Hex } from './fields.ts';

/** How many transactions were learned from, and how many of them as frauds. */
const learnedCounts = z.strictObject({ transactions: z.int().min(0), frauds: z.int().min(0) });

/** What the learner knows at a cut in event time: an artefact, immutable, plain JSON. */
export const modelSnapshot = z
  .strictObject({
    ref: artefactRef,
    cutAt: instant.describe('Nothing it holds is about a transaction newer than this minus the delay'),
    delayMs: z.int().min(0),
    learned: learnedCounts,
    knowledge: z.json(),
  })
  .describe('What was learned from outcomes');
export type ModelSnapshot = z.infer<typeof modelSnapshot>;

/** So much text one part holds at most, in UTF-8 bytes: with envelope and JSON escapes it stays below the topic's limit. */
export const modelPartBytes = 262_144;

/** And so many parts a model has at most: a quarter of a gigabyte, far above what one should know. */
export const modelParts = 1_000;

/**
 * A slice of a snapshot's canonical JSON. All parts of one stand one behind the other, in one Kafka
 * transaction. Each says of the whole what a list shows, so that listing models reads no knowledge.
 */
export const modelPart = z
  .strictObject({
    artefact: artefactRef,
    digest: sha256Hex.describe('SHA-256 of the whole JSON text'),
    cutAt: instant,
    learned: learnedCounts,
    bytes: z.int().min(1).describe('Length of the whole JSON text'),
    parts: z.int().min(1).max(modelParts),
    part: z.int().min(0),
    text: z.string().min(1).max(modelPartBytes),
  })
  .refine(({ part, parts }) => part < parts, { path: ['part'], message: 'not below "parts"' })
  .describe('A part of a model');
export type ModelPart = z.infer<typeof modelPart>;

/** Whether newer models of the learner come into force by themselves. The last one on the topic counts. */
export const modelPolicy = z
  .strictObject({ mode: z.enum(['follow', 'frozen']), decidedBy: z.string().min(1).max(64) })
  .describe('Whether newer models come into force by themselves');
export type ModelPolicy = z.infer<typeof modelPolicy>;
