import { WeirError, type ModelLocation, type ModelPart, type ModelSnapshot } from '@weir/contracts';
import { readParts, spanOf, type ModelsReader } from './read-parts.ts';
import { joinParts } from './split-snapshot.ts';

/** A model as the log names it: what it is called, its digest and where its first part stands. */
export type ModelReference = {
  readonly ref: string;
  readonly digest: string;
  readonly location: ModelLocation;
};

/**
 * Reads one model, and no other. Throws WeirError `artefact_unknown` where that isn't
 * what stands there, and what reading and opening throw.
 */
export async function readModelAt(
  reader: ModelsReader,
  { ref, digest, location }: ModelReference,
): Promise<ModelSnapshot> {
  const { offset, parts: count } = location;
  const range = { from: offset, until: offset + count };
  const { earliest, end } = await spanOf(reader);
  // A location beyond the end would be waited for.
  if (range.from < earliest || range.until > end) throw unknownModel(ref);
  const parts: ModelPart[] = [];
  await readParts(reader, range, ({ part }) => parts.push(part));
  const isMeant = parts.length === count && parts[0]?.artefact === ref && parts[0].digest === digest;
  if (!isMeant) throw unknownModel(ref);
  return joinParts(parts);
}

const unknownModel = (ref: string): WeirError =>
  new WeirError('artefact_unknown', `model ${ref} doesn't stand where it should`);
