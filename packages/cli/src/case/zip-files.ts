import { unzipSync, zipSync } from 'fflate';
import type { CaseFiles } from '@weir/replays';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { caseBounds } from './case-bounds.ts';

/** A zip has local times; this is the first that it can say, wherever it is made. */
const noTime = new Date(1980, 0, 1);

/** The files as one zip: the same files give the same bytes. */
export const zipFiles = (files: CaseFiles): Uint8Array =>
  zipSync(Object.fromEntries([...files].toSorted(([one], [other]) => (one < other ? -1 : 1))), {
    level: 6,
    mtime: noTime,
  });

/** What a zip holds, and the paths that it holds more than once. Throws CommandError (64) for what is none. */
export function unzipFiles(bytes: Uint8Array): {
  readonly files: CaseFiles;
  readonly repeated: readonly string[];
} {
  const seen = new Set<string>();
  const repeated: string[] = [];
  let size = 0;
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (seen.has(name)) repeated.push(name);
        seen.add(name);
        size += originalSize;
        if (size > caseBounds.mostBytes || seen.size > mostFiles) throw tooLarge();
        return true;
      },
    });
    // What a name of the language's own hides from an object is there all the same. A folder is no file.
    const named = [...seen].filter((name) => !name.endsWith('/'));
    return { files: new Map(named.map((name) => [name, ownOf(files, name)])), repeated };
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    throw new CommandError(
      exitCodes.usage,
      'That is no zip of a case; a sealed one is opened first: age -d -i key.txt case.zip.age > case.zip',
      { cause },
    );
  }
}

const ownOf = (files: Readonly<Record<string, Uint8Array>>, name: string): Uint8Array =>
  (Object.hasOwn(files, name) ? files[name] : undefined) ?? new Uint8Array();

const mostFiles = 1_000;

const tooLarge = (): CommandError =>
  new CommandError(exitCodes.usage, `That holds more than any case: ${caseBounds.mostBytes} bytes at most`);
