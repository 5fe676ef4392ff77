import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownTransactionId } from './shown-transaction-id.ts';
import type { Transaction } from './transaction.ts';

const transaction: Transaction = {
  tenant: 'demo',
  source: 'file',
  partition: 0,
  transactionId: 'tx-1',
  account: { iban: 'NL91ABNA0417164300' },
  creditDebitIndicator: 'DBIT',
  currency: 'EUR',
  amountMinor: 1,
  eventTime: '2026-01-01T00:00:00.000Z',
  observedAt: '2026-01-01T00:00:00.000Z',
  counterparty: { name: 'Jane Doe', account: { other: { id: 'customer-77' } } },
};

test('a plain id is shown as it is', () => {
  assert.equal(shownTransactionId(transaction), 'tx-1');
});

for (const transactionId of [
  'NL91ABNA0417164300',
  'pay-nl91-abna-0417-1643-00',
  'x-customer-77',
  'JANE-DOE-3',
]) {
  test(`an id made of an account number or a name is not shown: ${transactionId}`, () => {
    assert.doesNotMatch(shownTransactionId({ ...transaction, transactionId }), /nl91|customer|jane/i);
  });
}
