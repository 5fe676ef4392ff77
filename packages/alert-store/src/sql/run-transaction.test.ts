import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import type { Query } from './database.ts';
import { runTransaction } from './run-transaction.ts';

test('After a statement that failed nothing more is written, even where the work goes on', async () => {
  const asked: string[] = [];
  // As an embedded database that ends, and is there again for the next statement: outside of any transaction.
  const connection: Query = async (text) => {
    asked.push(text);
    if (text === 'insert one') throw new WeirError('store_unavailable', 'it ended');
    return [];
  };
  const result = runTransaction(connection, 'take the turn', async (query) => {
    await query('insert one').catch(() => undefined);
    await query('insert another').catch(() => undefined);
  });
  await assert.rejects(result, { code: 'store_unavailable', message: 'it ended' });
  assert.deepEqual(asked, ['begin', 'take the turn', 'insert one', 'rollback']);
});
