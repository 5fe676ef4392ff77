import { unzipSync, zipSync } from 'fflate';
import type { CaseFiles } from '@weir/replays';
import { CommandError, exitCodes } from '../exit-codes.ts';

/** A zip has local times; this is one that every place on earth had. */
const noTime = new Date(1980, 0, 1, 12);

/**
 * The files as one zip: the same files give the same bytes, whatever library packs them. Nothing is compressed, so what
 * is in it is as large as it says.
 */
export const zipFiles = (files: CaseFiles): Uint8Array =>
  zipSync(Object.fromEntries([...files].toSorted(([one], [other]) => (one < other ? -1 : 1))), {
    level: 0,
    mtime: noTime,
  });

/** What was unzipped. */
export type UnzippedCase = {
  readonly files: CaseFiles;
  /** Paths that it holds more than once. */
  readonly repeated: readonly string[];
  /** Whether it is, to the byte, the zip of these files: any other may unpack to something else elsewhere. */
  readonly isExact: boolean;
};

/**
 * What a zip holds. Throws CommandError: 64 for what is none, 1 for one that no case comes as, before anything in it
 * is unpacked.
 */
export function unzipFiles(bytes: Uint8Array): UnzippedCase {
  const seen = new Set<string>();
  const repeated: string[] = [];
  let [entries, size] = [0, 0];
  try {
    const unzipped = unzipSync(bytes, {
      filter: ({ name, size: stored, originalSize, compression }) => {
        if (seen.has(name)) repeated.push(name);
        seen.add(name);
        entries += 1;
        size += stored;
        if (compression !== 0 || stored !== originalSize || size > bytes.byteLength || entries > mostFiles)
          throw packedOtherwise();
        return true;
      },
    });
    // What a name of the language's own hides from an object is there all the same. A folder is no file.
    const named = [...seen].filter((name) => !name.endsWith('/'));
    const files = new Map(named.map((name) => [name, ownOf(unzipped, name)]));
    return { files, repeated, isExact: isZipOf(files, bytes) };
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    throw new CommandError(
      exitCodes.usage,
      'That is no zip of a case; a sealed one is opened first: age -d -i key.txt case.zip.age > case.zip',
      { cause },
    );
  }
}

function isZipOf(files: CaseFiles, bytes: Uint8Array): boolean {
  try {
    return Buffer.from(zipFiles(files)).equals(bytes);
  } catch {
    // Names that no zip of ours can hold.
    return false;
  }
}

const ownOf = (files: Readonly<Record<string, Uint8Array>>, name: string): Uint8Array =>
  (Object.hasOwn(files, name) ? files[name] : undefined) ?? new Uint8Array();

const mostFiles = 100;

const packedOtherwise = (): CommandError =>
  new CommandError(
    exitCodes.notAsItShouldBe,
    'That zip is not packed as a case is, so it is not what was handed over: nothing of it was unpacked',
  );
