import type { Query } from './database.ts';

/** Counts that alerts, entries, cases or positions change: once in a transaction, however often it is called. */
export function changeCounter(query: Query): () => Promise<void> {
  let isCounted = false;
  return async () => {
    if (isCounted) return;
    isCounted = true;
    await query('update weir.outbox_head set changes = changes + 1');
  };
}
