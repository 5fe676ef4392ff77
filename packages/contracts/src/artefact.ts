import { z } from 'zod';
import { artefactRef, offset, sha256Hex, slug } from './fields.ts';
import { modelParts } from './model-snapshot.ts';

export const artefactKind = z.enum(['ruleset', 'window_plan', 'model', 'team_model', 'list']);
export type ArtefactKind = z.infer<typeof artefactKind>;

/** An immutable, versioned piece of what detection decides by. `digest` is the SHA-256 of its body's canonical JSON. */
export const artefact = z
  .strictObject({
    kind: artefactKind,
    artefact: artefactRef,
    digest: sha256Hex,
    body: z.json(),
    publishedBy: slug
      .optional()
      .describe('The named token it was published with; absent where none was asked for'),
  })
  .describe('A ruleset, a window plan or what is known of a team model, immutable');
export type Artefact = z.infer<typeof artefact>;

/**
 * Somebody else than who published it says that a ruleset may come into force. It is bound to the content
 * by its digest, so that nothing else can be brought into force under an approved name.
 */
export const approval = z
  .strictObject({
    artefactKind: z.literal('ruleset'),
    artefact: artefactRef,
    digest: sha256Hex,
    publishedBy: slug,
    approvedBy: slug,
  })
  .refine((one) => one.publishedBy !== one.approvedBy, {
    path: ['approvedBy'],
    message: 'who publishes does not approve',
  })
  .describe('The approval of a ruleset by a second person');
export type Approval = z.infer<typeof approval>;

/**
 * How a ruleset comes into force beside the one that decides: as a shadow, which decides nothing, or as a
 * canary, which decides the transactions of so many hundredths of all accounts.
 */
export const rollout = z.discriminatedUnion('stage', [
  z.strictObject({ stage: z.literal('shadow') }),
  z.strictObject({ stage: z.literal('canary'), percent: z.int().min(1).max(99) }),
]);
export type Rollout = z.infer<typeof rollout>;

/**
 * Where a model or a list stands on its topic: the offset of its first part, and how many parts there are, one
 * behind the other. They are large and come every day: who needs one reads it and no other.
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
  location: modelLocation.optional().describe('Of a model or a list, and of nothing else'),
  rollout: rollout
    .optional()
    .describe('Of a ruleset that comes beside the one in force; absent where it comes in its place'),
};

/** A model or a list is read from where it stands; other artefacts are looked up by their names. */
export const hasItsLocation = (one: {
  readonly artefactKind: ArtefactKind;
  readonly location?: ModelLocation | undefined;
}): boolean => (one.artefactKind === 'model' || one.artefactKind === 'list') === (one.location !== undefined);

export const misplaced = { path: ['location'], message: 'of a model or a list, and of nothing else' };

/** Rulesets alone are tried beside the one in force. */
export const mayBeBeside = (one: {
  readonly artefactKind: ArtefactKind;
  readonly rollout?: Rollout | undefined;
}): boolean => one.artefactKind === 'ruleset' || one.rollout === undefined;

export const notBeside = { path: ['rollout'], message: 'of a ruleset, and of nothing else' };

/** Announces an activation before the log is told of it, so that each has its number once and for all. */
export const activation = z
  .strictObject({ logId: z.uuid(), ...activated })
  .refine(hasItsLocation, misplaced)
  .refine(mayBeBeside, notBeside)
  .describe('The number of an activation');
export type Activation = z.infer<typeof activation>;
