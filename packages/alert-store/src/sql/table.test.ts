import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canaries } from '@weir/testkit';
import { sampleAlert } from '../fixtures/sample-rows.ts';
import { alertsTable, rowOfAlert } from './tables.ts';
import { describeTable } from './table.ts';

test('what an object carries beside its columns is not written', () => {
  const { alert, sealed } = sampleAlert(1);
  const [total] = alert.totals;
  const carrying = {
    alert: { ...alert, iban: canaries.iban, totals: [{ ...total!, name: canaries.accountName }] },
    sealed,
  };
  assert.equal(alertsTable.pack([rowOfAlert(carrying)]), alertsTable.pack([rowOfAlert({ alert, sealed })]));
});

test('of rows with one key the last alone is written, in the place of the first', () => {
  const table = describeTable<{ id: string; at: number; place: number }>('t', ['id', 'at'], {
    ...{ id: 'text', at: 'integer', place: 'integer' },
  });
  const row = (id: string, at: number, place: number) => ({ id, at, place });
  assert.deepEqual(JSON.parse(table.pack([row('a', 1, 1), row('a', 2, 2), row('b', 1, 3), row('a', 1, 4)])), [
    row('a', 1, 4),
    row('a', 2, 2),
    row('b', 1, 3),
  ]);
});
