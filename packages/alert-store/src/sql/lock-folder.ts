import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WeirError } from '@weir/contracts';

/** A folder that this process alone has. */
export type FolderLock = { readonly release: () => void };

/** What SQLite says where somebody else has the lock. */
const busy = 5;

/**
 * Takes a folder for this process, by a lock of the operating system that ends with the process however it
 * ends, and that processes in other containers see too. Node offers such locks through SQLite alone; its file
 * stays empty. Throws WeirError store_other where another has the folder, config_invalid where it can't be used.
 */
export function lockFolder(folder: string): FolderLock {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
    lock.exec('begin exclusive');
    return { release: lock.close.bind(lock) };
  } catch (error) {
    lock?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === busy)
      throw new WeirError(
        'store_other',
        'The folder of the alerts is in use by another process. One process alone can have it; two need a server (DATABASE_URL).',
      );
    throw new WeirError('config_invalid', 'The folder of the alerts can not be made or written to.');
  }
}
