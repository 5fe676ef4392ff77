import { WeirError, type Artefact, type ArtefactKind } from '@weir/contracts';
import { digestOf } from './digest-of.ts';
import { readArtefacts, type ArtefactsReader, type PublishedArtefacts } from './read-artefacts.ts';

/** What is looked for; where a digest is given, of that content and no other. */
export type WantedArtefact = {
  readonly kind: ArtefactKind;
  readonly ref: string;
  readonly digest?: string | undefined;
};

/**
 * Finds what has been published under a name and version. Where that happened more
 * than once with different content, which ingest refuses, the digest says which is
 * meant: the one that is given, as the log named it, or else the one activations
 * were announced with. Its body is what its digest says.
 *
 * Throws WeirError `artefact_unknown` where nobody has published it, nobody says
 * which content is meant, or the content was altered: then nothing may be decided by it.
 */
export async function findArtefact(reader: ArtefactsReader, wanted: WantedArtefact): Promise<Artefact> {
  const found = findArtefactAmong(await readArtefacts(reader), wanted);
  if (found === undefined) throw unusable(wanted, 'nobody has published it');
  return found;
}

/** The same among what was read already; undefined where nobody has published it. */
export function findArtefactAmong(
  said: Pick<PublishedArtefacts, 'artefacts' | 'activations'>,
  wanted: WantedArtefact,
): Artefact | undefined {
  const { kind, ref } = wanted;
  const published = said.artefacts.filter((one) => one.kind === kind && one.artefact === ref);
  if (published.length === 0) return undefined;
  const announced = said.activations.filter((one) => one.artefactKind === kind && one.artefact === ref);
  const meant = wanted.digest ?? onlyOne(announced.map((one) => one.digest));
  const [first, ...others] = published.filter((one) => meant === undefined || one.digest === meant);
  if (first === undefined) throw unusable(wanted, 'the log asks for other content than was published');
  if (others.some((one) => one.digest !== first.digest))
    throw unusable(wanted, 'it was published twice with different content');
  if (digestOf(first.body) !== first.digest)
    throw unusable(wanted, 'its content is not what its digest says');
  return first;
}

/** What all of them are, where they are the same. */
const onlyOne = ([first, ...others]: readonly string[]): string | undefined =>
  others.every((other) => other === first) ? first : undefined;

/** Why nothing may be decided by an artefact. `why` reads on behind "can't be used:". */
export const unusable = (
  { kind, ref }: Pick<WantedArtefact, 'kind' | 'ref'>,
  why: string,
  cause?: unknown,
): WeirError =>
  new WeirError(
    'artefact_unknown',
    `${kind.replace('_', ' ')} ${ref} can't be used: ${why}; see the runbook "artefact unknown"`,
    { cause },
  );
