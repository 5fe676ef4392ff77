import { createRedisWindowStore, maxAccountsPerCall } from '@weir/window-store';
import type { RedisConnection } from '@weir/window-store';
import { unpackRecords } from '@weir/windows';
import type { StoredWindows } from '../check/check-windows.ts';
import type { NaiveRecord } from '../check/naive-windows.ts';

/** Reads what the store holds of these accounts, by partition. */
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
      const some = names.slice(at, at + maxAccountsPerCall);
      for (const [account, pieces] of await store.load(partition, some)) {
        held.set(
          account,
          pieces.flatMap((piece) => unpackRecords(piece)).map(({ digest: _digest, ...record }) => record),
        );
      }
    }
    stored.set(partition, held);
  }
  return stored;
}
