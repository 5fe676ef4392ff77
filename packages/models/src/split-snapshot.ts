import { hash } from 'node:crypto';
import {
  modelPartBytes,
  modelParts,
  modelSnapshot,
  WeirError,
  type ModelPart,
  type ModelSnapshot,
} from '@weir/contracts';

export type SplitModel = {
  /** SHA-256 of the canonical JSON text, which the parts are slices of. */
  readonly digest: string;
  readonly parts: readonly ModelPart[];
};

/**
 * Cuts a snapshot into the parts it is published in. Its canonical JSON has the
 * contract's order of keys, the knowledge as it is given, and no white space: the
 * same snapshot always has the same digest. Throws WeirError `processing_failed`
 * for one that is larger than so many parts may be.
 */
export function splitSnapshot(snapshot: ModelSnapshot): SplitModel {
  const { knowledge } = snapshot;
  const { knowledge: _, ...about } = modelSnapshot.parse({ ...snapshot, knowledge: null });
  const text = Buffer.from(JSON.stringify({ ...about, knowledge }), 'utf8');
  const digest = hash('sha256', text);
  const slices = slicesOf(text);
  if (slices.length > modelParts) {
    throw new WeirError(
      'processing_failed',
      `model ${about.ref} has ${text.length} bytes, which is too many`,
    );
  }
  const { ref, cutAt, learned } = about;
  const shared = { artefact: ref, digest, cutAt, learned, bytes: text.length, parts: slices.length };
  return { digest, parts: slices.map((slice, part) => ({ ...shared, part, text: slice })) };
}

/** Cut between characters, never within one. */
function slicesOf(text: Buffer): string[] {
  const slices: string[] = [];
  for (let from = 0; from < text.length;) {
    let to = Math.min(from + modelPartBytes, text.length);
    while (isWithinCharacter(text[to])) to -= 1;
    slices.push(text.toString('utf8', from, to));
    from = to;
  }
  return slices;
}

const isWithinCharacter = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/**
 * Puts the parts of one snapshot together again. Throws WeirError `artefact_unknown`
 * where they are not all of one model, in order, or their text isn't what the digest
 * or the first part's own words about it say.
 */
export function joinParts(parts: readonly ModelPart[]): ModelSnapshot {
  const [first] = parts;
  if (first === undefined || !areOneModel(parts)) {
    throw new WeirError('artefact_unknown', 'the parts are not those of one model');
  }
  const { artefact, digest, cutAt, learned } = first;
  const text = parts.map((part) => part.text).join('');
  const snapshot = hash('sha256', text) === digest ? readSnapshot(text) : undefined;
  const isAsSaid =
    snapshot?.ref === artefact &&
    snapshot.cutAt === cutAt &&
    snapshot.learned.transactions === learned.transactions &&
    snapshot.learned.frauds === learned.frauds;
  if (!isAsSaid) {
    throw new WeirError('artefact_unknown', `model ${artefact} is not what its name and digest say`);
  }
  return snapshot;
}

/** All of the parts that there are, in their order. */
const areOneModel = (parts: readonly ModelPart[]): boolean =>
  parts.every(
    (one, index) =>
      one.part === index &&
      one.parts === parts.length &&
      one.artefact === parts[0]?.artefact &&
      one.digest === parts[0].digest,
  );

function readSnapshot(text: string): ModelSnapshot | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null || !('knowledge' in json)) return undefined;
  // The knowledge came out of JSON and so is JSON; looking at each of its values again takes six times as long.
  const { knowledge } = json as Pick<ModelSnapshot, 'knowledge'>;
  const about = modelSnapshot.safeParse({ ...json, knowledge: null });
  return about.success ? { ...about.data, knowledge } : undefined;
}
