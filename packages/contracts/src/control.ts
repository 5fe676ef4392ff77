import { z } from 'zod';
import { activated, hasItsLocation, mayBeBeside, misplaced, notBeside } from './artefact.ts';
import { versions } from './verdict.ts';

/**
 * A control record stands in every partition of the log, between transactions.
 * The first names the log and what is in force from its beginning; later ones
 * bring another version of an artefact into force, or a ruleset beside the one that decides. Saying one again changes
 * nothing, so an interrupted activation is finished by repeating it: each has a
 * number, and one that isn't larger than the last in force is passed over.
 */
export const controlRecord = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('log_opened'),
      logId: z.uuid(),
      partitionCount: z.int().min(1).max(100_000),
      versions,
    }),
    z
      .strictObject({
        kind: z.literal('artefact_activated'),
        logId: z.uuid(),
        ...activated,
      })
      .refine(hasItsLocation, misplaced)
      .refine(mayBeBeside, notBeside),
  ])
  .describe('A control record of the log');
export type ControlRecord = z.infer<typeof controlRecord>;
