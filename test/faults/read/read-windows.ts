import { createRedisWindowStore } from '@weir/window-store';
import type { RedisConnection } from '@weir/window-store';
import type { StoredWindows } from '../../history-checks/check-windows.ts';
import { readStored } from '../../history-checks/read-stored.ts';

/** Reads all that Redis holds of a log's windows, and looks for the accounts it ought to have, by partition. */
export const readWindows = (
  connection: RedisConnection,
  log: { readonly logId: string; readonly windowSet: string },
  accounts: readonly (readonly string[])[],
): Promise<StoredWindows> => readStored(createRedisWindowStore({ connection, ...log }), accounts);
