import { WeirError } from '@weir/contracts';
import type { WindowStore } from '@weir/windows';

/** Pages asked for at once, so that thousands of them are not as many round trips in a row. */
const pagesAtOnce = 64;

/** Every account that has records in a partition, in no order. */
export async function* listAccounts(store: WindowStore, partition: number): AsyncGenerator<string> {
  for (let first = 0; first < store.accountPages; first += pagesAtOnce) {
    const count = Math.min(pagesAtOnce, store.accountPages - first);
    const pages = Array.from({ length: count }, (_unused, index) =>
      listPage(store, partition, first + index),
    );
    for (const page of await Promise.all(pages)) yield* page;
  }
}

/** A page that can't be read has lost accounts, which the log names. */
async function listPage(store: WindowStore, partition: number, page: number): Promise<readonly string[]> {
  try {
    return await store.listAccounts(partition, page);
  } catch (error) {
    if (error instanceof WeirError && error.code === 'windows_damaged') return [];
    throw error;
  }
}
