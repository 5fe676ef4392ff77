import { WeirError } from '@weir/contracts';
import { maxAccountsPerCall } from '@weir/window-store';
import { unpackRecords } from '@weir/windows';
import type { WindowStore } from '@weir/windows';
import type { StoredWindows } from './check-windows.ts';
import type { NaiveRecord } from './naive-windows.ts';

/** Asked together: as many as one connection takes without being in anybody's way. */
const pagesAtOnce = 256;

/**
 * Reads all that a store holds, and looks for the accounts it ought to have,
 * given for each partition in turn. One it calls damaged holds nothing.
 */
export async function readStored(
  store: WindowStore,
  accounts: readonly (readonly string[])[],
): Promise<StoredWindows> {
  const stored = new Map<number, Map<string, readonly NaiveRecord[]>>();
  for (const [partition, wanted] of accounts.entries()) {
    const listed = await listAccounts(store, partition);
    const held = new Map<string, readonly NaiveRecord[]>(listed.map((account) => [account, []]));
    const names = [...new Set([...listed, ...wanted])];
    for (let at = 0; at < names.length; at += maxAccountsPerCall) {
      const loaded = await load(store, partition, names.slice(at, at + maxAccountsPerCall));
      for (const [account, pieces] of loaded) held.set(account, pieces.flatMap(unpackRecords));
    }
    stored.set(partition, held);
  }
  return stored;
}

/** A page that is damaged lists nobody: whom it has lost is missed by the log. */
async function listAccounts(store: WindowStore, partition: number): Promise<string[]> {
  const names: string[] = [];
  for (let first = 0; first < store.accountPages; first += pagesAtOnce) {
    const count = Math.min(pagesAtOnce, store.accountPages - first);
    const pages = Array.from({ length: count }, (_, index) => store.listAccounts(partition, first + index));
    const listed = await Promise.all(pages.map((page) => page.catch(nothingIfDamaged)));
    names.push(...listed.flat());
  }
  return names;
}

type Loaded = Awaited<ReturnType<WindowStore['load']>>;

/** A damaged account refuses the whole call: the others are then asked for one by one. */
async function load(store: WindowStore, partition: number, names: readonly string[]): Promise<Loaded> {
  try {
    return await store.load(partition, names);
  } catch (error) {
    nothingIfDamaged(error);
    const single = names.length === 1 ? [] : names;
    const loaded = await Promise.all(single.map((name) => load(store, partition, [name])));
    return new Map(loaded.flatMap((one) => [...one]));
  }
}

function nothingIfDamaged(error: unknown): readonly string[] {
  if (!(error instanceof WeirError) || error.code !== 'windows_damaged') throw error;
  return [];
}
