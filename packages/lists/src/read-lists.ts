import { events, streams, type ListPart } from '@weir/contracts';
import { readSealedParts, spanOfParts, type PartsReader } from '@weir/models';
import { createPseudonymList, type PseudonymList } from './pseudonym-list.ts';
import { createListJoiner, unknownList, type ListReference } from './split-list.ts';

export const listsTopic = streams.lists.topic;

/** The topic has one partition: lists have one order. */
export const listsPartition = 0;

/** What reading lists takes; the opener opens the stream `lists`. */
export type ListsReader = PartsReader;

/** A published list without its entries. `bytes` is the length of all. */
export type PublishedList = ListReference & Pick<ListPart, 'of' | 'importedAt' | 'entries' | 'bytes'>;

/** The offset behind the last record of the topic: changed, there may be a new list. */
export const listsEnd = async (reader: Pick<ListsReader, 'kafka'>): Promise<number> =>
  (await spanOfParts('lists', reader)).end;

/**
 * Reads the bytes of one list, and of no other: memory is theirs and a part's. Throws WeirError
 * `artefact_unknown` where that isn't what stands there, and what reading and opening throw.
 */
export async function readListBytes(reader: ListsReader, reference: ListReference): Promise<Uint8Array> {
  const { offset, parts } = reference.location;
  const { earliest, end } = await spanOfParts('lists', reader);
  // A location beyond the end would be waited for.
  if (offset < earliest || offset + parts > end) throw unknownList(reference.ref);
  const joiner = createListJoiner(reference);
  await readSealedParts(events.listPart, reader, { from: offset, until: offset + parts }, ({ part }) =>
    joiner.accept(part),
  );
  return joiner.finish();
}

/** Reads one list to ask it, as `readListBytes` does. */
export const readListAt = async (reader: ListsReader, reference: ListReference): Promise<PseudonymList> =>
  createPseudonymList(reference.ref, await readListBytes(reader, reference));

/** What the first part of a list says of it; undefined where no such list stands there. */
export async function readAbout(
  reader: ListsReader,
  { ref, digest, location }: ListReference,
): Promise<PublishedList | undefined> {
  const { earliest, end } = await spanOfParts('lists', reader);
  const { offset } = location;
  if (offset < earliest || offset >= end) return undefined;
  const [first] = await partsBetween(reader, offset, offset + 1);
  const about = first === undefined ? undefined : aboutOf(first);
  return about?.ref === ref && about.digest === digest ? about : undefined;
}

/** A read is dear and a record is not: a span as long as some dozens of small lists. */
const spanOffsets = 64;

/**
 * The latest lists, newest first, until one is enough: `isEnough` is asked for each, the one it says yes to
 * is the last. Reads from the end backwards and passes over the parts between, so its cost is that of what
 * it answers, however large the lists are.
 */
export async function latestLists(
  reader: ListsReader,
  isEnough: (list: PublishedList) => boolean,
): Promise<readonly PublishedList[]> {
  const { earliest, end } = await spanOfParts('lists', reader);
  const found: PublishedList[] = [];
  let until = end;
  while (until > earliest) {
    const from = Math.max(earliest, until - spanOffsets);
    const placed = await partsBetween(reader, from, until);
    until = from;
    for (const one of placed.toReversed()) {
      const list = aboutOf(one);
      if (list.ref === found.at(-1)?.ref && list.location.offset === found.at(-1)?.location.offset) continue;
      found.push(list);
      if (isEnough(list)) return found;
      until = Math.min(until, Math.max(list.location.offset, earliest));
    }
  }
  return found;
}

type About = { readonly offset: number; readonly about: Omit<ListPart, 'slice'> };

async function partsBetween(reader: ListsReader, from: number, until: number): Promise<readonly About[]> {
  const placed: About[] = [];
  await readSealedParts(
    events.listPart,
    reader,
    { from, until },
    ({ offset, part: { slice: _, ...about } }) => placed.push({ offset, about }),
  );
  return placed;
}

/** All parts of a list stand one behind the other in one transaction: any of them says where it begins. */
function aboutOf({ offset, about }: About): PublishedList {
  const { artefact: ref, digest, of, importedAt, entries, bytes, parts, part } = about;
  return { ref, digest, location: { offset: offset - part, parts }, of, importedAt, entries, bytes };
}
