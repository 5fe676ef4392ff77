import type { ModelPart } from '@weir/contracts';
import type { ModelReference } from './read-model-at.ts';
import { readParts, spanOf, type ModelsReader, type PlacedPart } from './read-parts.ts';

/** A published model without what it knows. `bytes` is the length of its JSON text. */
export type PublishedModel = ModelReference & Pick<ModelPart, 'cutAt' | 'learned' | 'bytes'>;

/** The offset behind the last record of the topic: changed, there may be a new model. */
export async function modelsEnd(reader: Pick<ModelsReader, 'kafka'>): Promise<number> {
  return (await spanOf(reader)).end;
}

/**
 * The models that stand whole between two offsets, in their order. Their parts are
 * opened and not kept, so that memory doesn't grow with what they know.
 */
export async function modelsBetween(
  reader: ModelsReader,
  range: { readonly from: number; readonly until: number },
): Promise<readonly PublishedModel[]> {
  if (range.from >= range.until) return [];
  const found: PublishedModel[] = [];
  const collect = createCollector((model) => found.push(model));
  await readParts(reader, range, collect);
  return found;
}

/** About as many parts as two models of the usual size have. */
const firstSpan = 64;

/**
 * The latest models, oldest first: at most `limit`, or all of those behind the one
 * that `isEnough` says yes to, and it. Reads from the end backwards, so its cost is
 * that of what it answers, however long the topic is.
 */
export async function listModels(
  reader: ModelsReader,
  { limit, isEnough }: { readonly limit: number; readonly isEnough?: (model: PublishedModel) => boolean },
): Promise<readonly PublishedModel[]> {
  const { earliest, end } = await spanOf(reader);
  for (let span = firstSpan; ; span *= 4) {
    const from = Math.max(earliest, end - span);
    const found = await modelsBetween(reader, { from, until: end });
    const isDone = found.length >= limit || (isEnough !== undefined && found.some(isEnough));
    if (isDone || from === earliest) return found.slice(-limit);
  }
}

/**
 * The models of one name. The learner's versions only grow along the topic, so one of
 * them is looked for by halves: of years of hourly ones that takes a dozen short reads.
 * A name without such a version is looked for everywhere.
 */
export async function findModels(reader: ModelsReader, ref: string): Promise<readonly PublishedModel[]> {
  const wanted = versionOf(ref);
  let { earliest: from, end: until } = await spanOf(reader);
  while (wanted !== undefined && until - from > 4 * firstSpan) {
    const middle = from + Math.floor((until - from) / 2);
    const [model] = await modelsBetween(reader, { from: middle, until: middle + firstSpan });
    const version = model === undefined ? undefined : versionOf(model.ref);
    if (model === undefined || version === undefined) break;
    const { offset, parts } = model.location;
    if (version === wanted) {
      // Whoever published it twice did so one behind the other.
      from = Math.max(from, offset - firstSpan);
      until = Math.min(until, offset + parts + firstSpan);
      break;
    }
    if (version < wanted) from = offset;
    else until = offset + parts;
  }
  return (await modelsBetween(reader, { from, until })).filter((model) => model.ref === ref);
}

function versionOf(ref: string): number | undefined {
  const version = /^learned@(\d+)$/.exec(ref)?.[1];
  return version === undefined ? undefined : Number(version);
}

/** Calls back for each model all of whose parts were seen, one directly behind the other. */
function createCollector(onModel: (model: PublishedModel) => void): (placed: PlacedPart) => void {
  let begun: PlacedPart | undefined;
  let last: PlacedPart | undefined;
  return (placed) => {
    const { offset, part } = placed;
    const goesOn =
      last !== undefined &&
      offset === last.offset + 1 &&
      part.part === last.part.part + 1 &&
      part.digest === last.part.digest &&
      part.artefact === last.part.artefact &&
      part.parts === last.part.parts;
    if (part.part === 0) begun = placed;
    else if (!goesOn) begun = undefined;
    last = placed;
    if (begun === undefined || part.part !== part.parts - 1) return;
    const { artefact: ref, digest, cutAt, learned, bytes, parts } = begun.part;
    onModel({ ref, digest, location: { offset: begun.offset, parts }, cutAt, learned, bytes });
  };
}
