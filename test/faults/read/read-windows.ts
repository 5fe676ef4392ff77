import { WeirError } from '@weir/contracts';
import { createRedisWindowStore, maxAccountsPerCall } from '@weir/window-store';
import type { RedisConnection } from '@weir/window-store';
import { unpackRecords } from '@weir/windows';
import type { WindowStore } from '@weir/windows';
import type { StoredWindows } from '../../history-checks/check-windows.ts';
import type { NaiveRecord } from '../../history-checks/naive-windows.ts';

/** Reads what the store holds of these accounts, by partition. One it calls damaged holds nothing. */
export async function readWindows(
  connection: RedisConnection,
  log: { readonly logId: string; readonly windowSet: string },
  accounts: ReadonlyMap<number, readonly string[]>,
): Promise<StoredWindows> {
  const store = createRedisWindowStore({ connection, ...log });
  const stored = new Map<number, Map<string, readonly NaiveRecord[]>>();
  for (const [partition, names] of accounts) {
    const held = new Map<string, readonly NaiveRecord[]>();
    for (let at = 0; at < names.length; at += maxAccountsPerCall) {
      const loaded = await load(store, partition, names.slice(at, at + maxAccountsPerCall));
      for (const [account, pieces] of loaded) held.set(account, pieces.flatMap(recordsOf));
    }
    stored.set(partition, held);
  }
  return stored;
}

type Loaded = Awaited<ReturnType<WindowStore['load']>>;

/** A damaged account refuses the whole call: the others are then asked for one by one. */
async function load(store: WindowStore, partition: number, names: readonly string[]): Promise<Loaded> {
  try {
    return await store.load(partition, names);
  } catch (error) {
    if (!(error instanceof WeirError) || error.code !== 'windows_damaged') throw error;
    const single = names.length === 1 ? [] : names;
    const loaded = await Promise.all(single.map((name) => load(store, partition, [name])));
    return new Map(loaded.flatMap((one) => [...one]));
  }
}

const recordsOf = (piece: Uint8Array): NaiveRecord[] =>
  unpackRecords(piece).map(({ digest: _digest, ...record }) => record);
