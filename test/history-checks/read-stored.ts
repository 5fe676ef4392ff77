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
 * given for each partition in turn. One it calls damaged holds nothing, and a
 * page of them stands for an account that nobody has.
 */
export async function readStored(
  store: WindowStore,
  accounts: readonly (readonly string[])[],
): Promise<StoredWindows> {
  const stored = new Map<number, Map<string, readonly NaiveRecord[]>>();
  for (const [partition, wanted] of accounts.entries()) {
    const { listed, damaged } = await listAccounts(store, partition);
    const held = new Map<string, readonly NaiveRecord[]>();
    for (const name of [...listed, ...damaged.map((page) => `page ${page}`)]) held.set(name, []);
    const names = [...new Set([...listed, ...wanted])];
    for (let at = 0; at < names.length; at += maxAccountsPerCall) {
      const loaded = await load(store, partition, names.slice(at, at + maxAccountsPerCall));
      for (const [account, pieces] of loaded) held.set(account, pieces.flatMap(unpackRecords));
    }
    stored.set(partition, held);
  }
  return stored;
}

/** Who is there, and on which pages nobody can say who is. */
type Listed = { readonly listed: readonly string[]; readonly damaged: readonly number[] };

async function listAccounts(store: WindowStore, partition: number): Promise<Listed> {
  const listed: string[] = [];
  const damaged: number[] = [];
  const listPages = async (pages: readonly number[]): Promise<void> => {
    try {
      const answers = await Promise.all(pages.map((page) => store.listAccounts(partition, page)));
      for (const accounts of answers) listed.push(...accounts);
    } catch (error) {
      throwUnlessDamaged(error);
      if (pages.length === 1) damaged.push(...pages);
      else for (const page of pages) await listPages([page]);
    }
  };
  for (let first = 0; first < store.accountPages; first += pagesAtOnce) {
    const count = Math.min(pagesAtOnce, store.accountPages - first);
    await listPages(Array.from({ length: count }, (_, index) => first + index));
  }
  return { listed, damaged };
}

type Loaded = Awaited<ReturnType<WindowStore['load']>>;

/** A damaged account refuses the whole call: the others are then asked for one by one. */
async function load(store: WindowStore, partition: number, names: readonly string[]): Promise<Loaded> {
  try {
    return await store.load(partition, names);
  } catch (error) {
    throwUnlessDamaged(error);
    const single = names.length === 1 ? [] : names;
    const loaded = await Promise.all(single.map((name) => load(store, partition, [name])));
    return new Map(loaded.flatMap((one) => [...one]));
  }
}

function throwUnlessDamaged(error: unknown): void {
  if (!(error instanceof WeirError) || error.code !== 'windows_damaged') throw error;
}
