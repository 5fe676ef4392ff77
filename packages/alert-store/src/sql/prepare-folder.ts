import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { WeirError } from '@weir/contracts';
import { syncToDisk } from './sync-to-disk.ts';

/** The PostgreSQL inside the library: its files are of this version and are read by no other. */
const embeddedVersion = '18';

/**
 * Answers where the embedded database of a folder is, and makes it where there is none. It gets its name once
 * it is whole and on the disk, so that one whose making was cut short is made anew. Throws WeirError
 * store_other for the files of another version.
 */
export async function prepareFolder(folder: string): Promise<string> {
  const place = join(folder, 'pgdata');
  if (existsSync(place)) {
    const version = readFileSync(join(place, 'PG_VERSION'), 'utf8').trim();
    if (version === embeddedVersion) return place;
    throw new WeirError(
      'store_other',
      `The folder of the alerts is of PostgreSQL ${version}; the embedded one is ${embeddedVersion}.`,
    );
  }
  const unfinished = join(folder, 'pgdata.unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  const database = await PGlite.create({ dataDir: unfinished });
  await database.close();
  for (const found of readdirSync(unfinished, { recursive: true, withFileTypes: true }))
    syncToDisk(join(found.parentPath, found.name));
  renameSync(unfinished, place);
  syncToDisk(folder);
  return place;
}
