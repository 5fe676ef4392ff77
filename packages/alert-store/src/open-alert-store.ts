import type { AlertStore } from './alert-store.ts';
import { migrate } from './sql/migrate.ts';
import type { StoreOwner } from './sql/migrate.ts';
import { openPglite } from './sql/open-pglite.ts';
import { openPostgres } from './sql/open-postgres.ts';
import type { ServerPlace } from './sql/open-postgres.ts';
import { createSqlAlertStore } from './sql/sql-alert-store.ts';

/** Where the database is: a folder, for one process alone, or a server. */
export type StorePlace = { readonly folder: string } | ServerPlace;

/**
 * Opens the store and brings its tables up to date. Throws WeirError store_unavailable where the database
 * can't be reached, store_other where it holds somebody else's alerts, is of a newer release, or is a folder
 * that another process has, and config_invalid where the place can't be used as it is given.
 */
export async function openAlertStore(place: StorePlace, owner: StoreOwner): Promise<AlertStore> {
  const database = 'folder' in place ? openPglite(place.folder) : openPostgres(place);
  try {
    await migrate(database, owner);
  } catch (error) {
    await database.close();
    throw error;
  }
  return createSqlAlertStore(database);
}
