import { fileLines } from './file-lines.ts';

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
    const [, partition, offset, timestampMs, digest] = recordOf(line) ?? [];
    if (partition === undefined || offset === undefined || timestampMs === undefined || digest === undefined)
      return [];
    return [{ partition, offset, timestampMs, sha256: Buffer.from(digest, 'base64url').toString('hex') }];
  });
}

type RecordLine = [topic: number, partition: number, offset: number, timestampMs: number, sha256: string];

function recordOf(line: string): RecordLine | undefined {
  try {
    return JSON.parse(line) as RecordLine;
  } catch {
    return undefined;
  }
}
