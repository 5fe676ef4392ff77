import { z } from 'zod';
import { fileLines, jsonOf } from './file-lines.ts';

/** A record as a manifest names it. */
export type ManifestPlace = {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  /** SHA-256 of the stored bytes, in hex. */
  readonly sha256: string;
};

/** The records that a manifest names, in its order. It has to have been verified: what is no line of one is left out. */
export function manifestPlaces(manifest: Uint8Array): readonly ManifestPlace[] {
  return (fileLines(manifest) ?? []).flatMap((line) => {
    if (!line.startsWith('[')) return [];
    const read = recordLine.safeParse(jsonOf(line));
    if (!read.success) return [];
    const [, partition, offset, timestampMs, digest] = read.data;
    return [{ partition, offset, timestampMs, sha256: Buffer.from(digest, 'base64url').toString('hex') }];
  });
}

const recordLine = z.tuple([z.int(), z.int(), z.int(), z.int(), z.string()]);
