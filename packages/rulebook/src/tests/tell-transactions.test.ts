import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RulesetTest } from '@weir/rules';
import { tellTransactions } from './tell-transactions.ts';

type Given = RulesetTest['given'];

function told(given: Given) {
  const telling = tellTransactions({ given });
  assert.ok(telling.ok, JSON.stringify(telling));
  return telling;
}

function wrongWith(given: Given): readonly string[] {
  const telling = tellTransactions({ given });
  assert.ok(!telling.ok, 'nothing is wrong with it');
  return telling.problems.map(({ path, message }) => `${path}: ${message}`);
}

const at = (text: string): number => Date.parse(text);

test('a transaction of which little is said is a debit in euros, seen when it happened', () => {
  const [record] = told([{ amount: '25.00' }]).records;
  assert.equal(record.amountMinor, 2_500);
  assert.equal(record.currency, 978);
  assert.equal(record.creditDebitIndicator, 'DBIT');
  assert.equal(record.eventTimeMs, at('2025-06-18T12:00:00Z'));
  assert.equal(record.observedAtSeconds * 1000, record.eventTimeMs);
  assert.deepEqual([record.counterparty, record.channel, record.country], ['', 0, '']);
});

test('distances count back from the last transaction, and repeats from theirs', () => {
  const { records } = told([
    { at: '-1d', amount: '1.00', times: 3, every: '12h' },
    { at: '2025-03-01T08:00:00+01:00', amount: '2.00' },
  ]);
  assert.deepEqual(
    records.map(({ eventTimeMs }) => new Date(eventTimeMs).toISOString()),
    [
      '2025-02-27T07:00:00.000Z',
      '2025-02-27T19:00:00.000Z',
      '2025-02-28T07:00:00.000Z',
      '2025-03-01T07:00:00.000Z',
    ],
  );
});

test('what is told first may happen later; the last one told stays the judged one', () => {
  const { records } = told([
    { at: '-10m', amount: '1.00' },
    { at: '-1h', amount: '2.00' },
    { amount: '3.00' },
  ]);
  assert.deepEqual(
    records.map(({ amountMinor }) => amountMinor),
    [200, 100, 300],
  );
  assert.deepEqual(
    records.map(({ offset }) => offset),
    [0, 1, 2],
  );
  assert.equal(new Set(records.map(({ identity }) => identity)).size, 3);
});

test('one name is one counterparty, and another name is another', () => {
  const { records, counterparties } = told([
    { amount: '1.00', counterparty: 'grocer' },
    { amount: '1.00', counterparty: 'florist' },
    { amount: '1.00', counterparty: 'grocer' },
  ]);
  assert.deepEqual(
    records.map(({ counterparty }) => counterparty === counterparties.get('grocer')),
    [true, false, true],
  );
  assert.match(records[0].counterparty, /^[0-9a-f]{12}$/);
});

test('an amount is read in the digits of its currency', () => {
  assert.equal(told([{ amount: '1000', currency: 'JPY' }]).records[0].amountMinor, 1_000);
  assert.deepEqual(wrongWith([{ amount: '10.50', currency: 'JPY' }]), [
    'given.0.amount: more decimals than the currency has',
  ]);
  assert.deepEqual(wrongWith([{ amount: 'ten' }]), ['given.0.amount: no amount such as "25.00"']);
  assert.deepEqual(wrongWith([{ amount: '1.00', currency: 'XXX' }]), ['given.0.currency: no currency']);
  assert.match(wrongWith([{ amount: '-5.00' }]).join(), /not above 0: creditDebitIndicator/);
});

test('times that say nothing are refused by name', () => {
  assert.match(
    wrongWith([{ at: 'yesterday', amount: '1.00' }, { amount: '1.00' }]).join(),
    /^given\.0\.at: neither a distance/,
  );
  assert.match(wrongWith([{ at: '-3d', amount: '1.00' }]).join(), /^given\.0\.at: of the last one/);
  assert.match(
    wrongWith([{ at: '2030-01-01T00:00:00Z', amount: '1.00' }, { amount: '1.00' }]).join(),
    /^given\.0\.at: behind/,
  );
  assert.match(wrongWith([{ amount: '1.00', times: 3 }]).join(), /^given\.0\.times: without every/);
  assert.match(
    wrongWith([{ amount: '1.00', times: 3, every: 'day' }]).join(),
    /^given\.0\.every: no time such as/,
  );
});

test('a test cannot tell more transactions than the windows of a busy account hold', () => {
  const many = Array.from({ length: 6 }, () => ({ at: '-1h', amount: '1.00', times: 1_000, every: '1s' }));
  assert.deepEqual(wrongWith([...many, { amount: '1.00' }]), ['given: more than 5000 transactions']);
});

test('a time that no transaction can have is refused, however it is told', () => {
  const refused = 'at: before 1970 or behind 2105, where no window reaches';
  assert.deepEqual(wrongWith([{ at: '-9999999d', amount: '1.00' }, { amount: '1.00' }]), [
    `given.0.${refused}`,
  ]);
  assert.deepEqual(
    wrongWith([{ at: '-1d', times: 1_000, every: '9999d', amount: '1.00' }, { amount: '1.00' }]),
    [`given.0.${refused}`],
  );
  assert.deepEqual(wrongWith([{ at: '2200-01-01T00:00:00Z', amount: '1.00' }]), [`given.0.${refused}`]);
});
