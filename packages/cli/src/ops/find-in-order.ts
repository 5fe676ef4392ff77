import type { StreamName } from '@weir/contracts';
import type { Ops } from './connect-ops.ts';
import { readEvents, type ReadEvent } from './read-events.ts';

/** A stretch as short as this is read through: finding a place within it would take as long. */
const shortStretch = 2_000;

/** Markers of transactions have offsets too, and there is about one for each record. */
const probeOffsets = 64;

/** Offsets of one partition of a stream: from the first up to before the second. */
export type Stretch = { readonly from: number; readonly until: number };

/**
 * Narrows a stretch of a partition, whose events stand in an order, down to where one is to be looked for:
 * `isBefore` says of an event whether it stands before the one that is wanted. Reads a few events at about
 * log2 of its length many places, and answers a stretch of at most 2,000 offsets or as far as it came; that
 * begins with an event before the wanted one, where there is any.
 */
export async function narrowDown(
  ops: Ops,
  stream: StreamName,
  { partition, from, until }: Stretch & { readonly partition: number },
  isBefore: (event: ReadEvent) => boolean,
): Promise<Stretch> {
  let [low, high] = [from, until];
  while (high - low > shortStretch) {
    const middle = low + Math.floor((high - low) / 2);
    const first = await firstEventIn(ops, stream, partition, middle, Math.min(high, middle + probeOffsets));
    // Nothing but markers here: what is left is read through.
    if (first === undefined) break;
    if (isBefore(first)) low = middle;
    else high = first.record.offset + 1;
  }
  return { from: low, until: high };
}

async function firstEventIn(
  ops: Ops,
  stream: StreamName,
  partition: number,
  from: number,
  until: number,
): Promise<ReadEvent | undefined> {
  let first: ReadEvent | undefined;
  const range = { from: new Map([[partition, from]]), until: new Map([[partition, until]]) };
  await readEvents(ops, stream, range, (event) => {
    first ??= event;
  });
  return first;
}
