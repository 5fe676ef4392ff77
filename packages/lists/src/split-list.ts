import { createHash, hash } from 'node:crypto';
import { listParts, WeirError, type ListPart } from '@weir/contracts';
import { readRows, sliceBytes } from './list-format.ts';

/** A list as the log names it: what it is called, its digest and where its first part stands. */
export type ListReference = {
  readonly ref: string;
  readonly digest: string;
  readonly location: { readonly offset: number; readonly parts: number };
};

/** The digest of a list: SHA-256 of its bytes. */
export const listDigest = (bytes: Uint8Array): string => hash('sha256', bytes);

/**
 * Cuts the bytes of a list into the parts it is published in, one after the other. Throws WeirError
 * `artefact_unknown` for bytes that are no list.
 */
export function* splitList(
  { ref, importedAt }: { readonly ref: string; readonly importedAt: string },
  bytes: Uint8Array,
): Generator<ListPart> {
  const { of, entries } = readRows(bytes);
  const parts = Math.ceil(bytes.length / sliceBytes);
  const about = { artefact: ref, digest: listDigest(bytes), of, importedAt, entries, bytes: bytes.length };
  if (parts > listParts)
    throw new WeirError('config_invalid', `list ${ref} is larger than ${listParts} parts`);
  for (let part = 0; part < parts; part += 1) {
    const slice = bytes.subarray(part * sliceBytes, (part + 1) * sliceBytes);
    const text = Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength).toString('base64');
    yield { ...about, parts, part, slice: text };
  }
}

/** Puts parts together as they come, so that no more than one is held beside the bytes. */
export type ListJoiner = {
  accept(part: ListPart): void;
  /** Throws WeirError `artefact_unknown` where what came is not the list that was meant, whole and in order. */
  finish(): Uint8Array;
};

/** Puts the parts of one list together, and no others. */
export function createListJoiner({ ref, digest, location }: ListReference): ListJoiner {
  const hashing = createHash('sha256');
  let bytes: Uint8Array | undefined;
  let first: ListPart | undefined;
  let filled = 0;
  let taken = 0;
  let isBroken = false;

  const isNext = (part: ListPart): boolean =>
    part.artefact === ref &&
    part.digest === digest &&
    part.parts === location.parts &&
    part.part === taken &&
    part.bytes === (first ?? part).bytes &&
    Math.ceil(part.bytes / sliceBytes) === part.parts;

  return {
    accept(part) {
      if (isBroken || !isNext(part)) {
        isBroken = true;
        return;
      }
      first ??= part;
      bytes ??= new Uint8Array(part.bytes);
      const slice = Buffer.from(part.slice, 'base64');
      if (filled + slice.length > bytes.length) {
        isBroken = true;
        return;
      }
      bytes.set(slice, filled);
      hashing.update(slice);
      filled += slice.length;
      taken += 1;
    },
    finish() {
      const isWhole = !isBroken && taken === location.parts && filled === bytes?.length;
      if (!isWhole || bytes === undefined || hashing.digest('hex') !== digest) throw unknownList(ref);
      const { of, entries } = readRows(bytes);
      if (of !== first?.of || entries !== first.entries) throw unknownList(ref);
      return bytes;
    },
  };
}

export const unknownList = (ref: string): WeirError =>
  new WeirError(
    'artefact_unknown',
    `list ${ref} doesn't stand where it should, or is not what its digest says`,
  );
