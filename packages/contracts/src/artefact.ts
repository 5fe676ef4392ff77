import { z } from 'zod';
import { artefactRef, sha256Hex } from './fields.ts';

export const artefactKind = z.enum(['ruleset', 'window_plan']);
export type ArtefactKind = z.infer<typeof artefactKind>;

/** An immutable, versioned piece of what detection decides by. `digest` is the SHA-256 of its body's canonical JSON. */
export const artefact = z
  .strictObject({ kind: artefactKind, artefact: artefactRef, digest: sha256Hex, body: z.json() })
  .describe('A ruleset or window plan, immutable');
export type Artefact = z.infer<typeof artefact>;
