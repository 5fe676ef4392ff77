import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WeirError } from '@weir/contracts';

/** Of the system's, and of those who run it: what no waiting mends, and what a person can. */
const troubles: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'its quota is used up',
  EFBIG: 'a file may not grow any more',
  EACCES: 'it may not be written or read',
  EROFS: 'it is read-only',
  EIO: 'the disk fails',
  ENOTDIR: 'it is no folder',
  EEXIST: 'it is no folder',
};

/** Gives what a file system says the name it has in Weir. Anything else is a bug and goes on as it is. */
export async function atTheDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const trouble = troubles[code];
    if (trouble === undefined) throw error;
    throw new WeirError('store_unavailable', `REPLAY_DIR: ${trouble} (${code})`, { cause: error });
  }
}

/** Makes a folder that others can't look into. */
export const makePrivateFolder = (path: string): Promise<void> =>
  atTheDisk(async () => {
    await mkdir(path, { recursive: true, mode: 0o700 });
  });

/** Puts a file in place of the one before, whole or not at all, also where the power fails. Mode 0600. */
export const replaceFile = (path: string, content: string | Uint8Array): Promise<void> =>
  atTheDisk(async () => {
    const draft = `${path}.new`;
    // A draft that a killed writer left keeps its mode; only one made anew has ours.
    await rm(draft, { force: true });
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncFolder(dirname(path));
  });

/** The bytes of a file; undefined where there is none. */
export const bytesOf = (path: string): Promise<Buffer | undefined> =>
  atTheDisk(async () => {
    try {
      return await readFile(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  });

/** Makes what was created, renamed or removed in a folder survive a loss of power. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A file that grows. */
export type GrowingFile = {
  readonly append: (content: string | Uint8Array) => Promise<void>;
  /** Puts on the disk what was appended, and answers how long the file is, in bytes. */
  readonly sync: () => Promise<number>;
  readonly close: () => Promise<void>;
};

/**
 * Opens a file to go on behind so many bytes: what stands behind them was written after what is known to be whole,
 * and is cut off. Throws WeirError store_other for a file that is shorter.
 */
export const growFile = (path: string, lengthBytes: number): Promise<GrowingFile> =>
  atTheDisk(async () => {
    const file = await open(path, 'a', 0o600);
    try {
      await cutBack(file, lengthBytes);
    } catch (error) {
      await file.close();
      throw error;
    }
    let bytes = lengthBytes;
    return {
      append: (content) =>
        atTheDisk(async () => {
          await file.appendFile(content);
          bytes += Buffer.byteLength(content);
        }),
      sync: () =>
        atTheDisk(async () => {
          await file.datasync();
          return bytes;
        }),
      close: () => file.close(),
    };
  });

async function cutBack(file: FileHandle, lengthBytes: number): Promise<void> {
  const { size } = await file.stat();
  if (size < lengthBytes)
    throw new WeirError('store_other', 'REPLAY_DIR: a file is shorter than its checkpoint says');
  if (size > lengthBytes) await file.truncate(lengthBytes);
}
