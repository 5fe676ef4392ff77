import { z } from 'zod';
import { artefactRef, offset, sha256Hex } from './fields.ts';
import { modelParts } from './model-snapshot.ts';

export const artefactKind = z.enum(['ruleset', 'window_plan', 'model', 'team_model']);
export type ArtefactKind = z.infer<typeof artefactKind>;

/** An immutable, versioned piece of what detection decides by. `digest` is the SHA-256 of its body's canonical JSON. */
export const artefact = z
  .strictObject({ kind: artefactKind, artefact: artefactRef, digest: sha256Hex, body: z.json() })
  .describe('A ruleset, a window plan or what is known of a team model, immutable');
export type Artefact = z.infer<typeof artefact>;

/**
 * Where a model stands on its topic: the offset of its first part, and how many parts there are, one
 * behind the other. Models are large and come every day: who needs one reads it and no other.
 */
export const modelLocation = z.strictObject({ offset, parts: z.int().min(1).max(modelParts) });
export type ModelLocation = z.infer<typeof modelLocation>;

/** Activations of a log are numbered from 1, all kinds of artefacts in one row. */
export const activationSequence = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** What comes into force, and as the how manieth. */
export const activated = {
  sequence: activationSequence,
  artefactKind,
  artefact: artefactRef,
  digest: sha256Hex,
  location: modelLocation.optional().describe('Of a model, and of nothing else'),
};

/** A model is read from where it stands; other artefacts are looked up by their names. */
export const hasItsLocation = (one: {
  readonly artefactKind: ArtefactKind;
  readonly location?: ModelLocation | undefined;
}): boolean => (one.artefactKind === 'model') === (one.location !== undefined);

export const misplaced = { path: ['location'], message: 'of a model, and of nothing else' };

/** Announces an activation before the log is told of it, so that each has its number once and for all. */
export const activation = z
  .strictObject({ logId: z.uuid(), ...activated })
  .refine(hasItsLocation, misplaced)
  .describe('The number of an activation');
export type Activation = z.infer<typeof activation>;
