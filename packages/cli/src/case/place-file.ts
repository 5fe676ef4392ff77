import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, open, rename, rm, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { CommandError } from '../exit-codes.ts';

/** After sysexits.h. */
const cannotCreate = 73;

/** A file that is on its way to a name. */
export type PlacedFile = {
  /** Writes all of it, to the disk. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Gives it its name, never over a file that is there. */
  readonly place: () => Promise<void>;
  /** Removes what was not placed. */
  readonly discard: () => Promise<void>;
};

/**
 * Begins a file, mode 0600, that gets its name once it is whole. Its draft has a name of its own, and no other is ever
 * touched: another command may be writing it. Throws CommandError (73) where there is a file already, or none can be made.
 */
export async function beginFile(path: string): Promise<PlacedFile> {
  const draft = `${path}.${randomUUID()}.part`;
  if (existsSync(path)) throw thereAlready(path);
  const file = await atTheDisk(path, () => open(draft, 'wx', 0o600));
  let isOpen = true;
  const close = async (one: FileHandle): Promise<void> => {
    if (isOpen) await one.close();
    isOpen = false;
  };
  return {
    write: (bytes) =>
      atTheDisk(path, async () => {
        await file.writeFile(bytes);
        await file.sync();
        await close(file);
      }),
    place: () => atTheDisk(path, () => nameIt(draft, path)),
    discard: async () => {
      await close(file);
      await rm(draft, { force: true });
    },
  };
}

/** A link never takes the place of a file; some disks, of a USB stick for one, have none. */
async function nameIt(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    if (existsSync(path)) throw thereAlready(path);
    return rename(draft, path);
  }
  await unlink(draft);
}

const thereAlready = (path: string): CommandError =>
  new CommandError(cannotCreate, `${path} is there already: a case is never written over a file`);

async function atTheDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === 'EEXIST') throw thereAlready(path);
    throw new CommandError(cannotCreate, `${path} can't be written (${code})`, { cause });
  }
}
