import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { checkOfferedTransaction } from '@weir/contracts';
import { faults } from './faults.ts';
import { fraudScenarios, genuineScenarios } from './planned-transaction.ts';
import { simulateDay, type SimulatedTransaction, type SimulationOptions } from './simulate-day.ts';

const small = { seed: 7, accounts: 200, establishedAccounts: 60, transactionsPerDay: 400 };
const told = (options: Partial<SimulationOptions> & { readonly day: number }) => [
  ...simulateDay({ ...small, ...options }),
];
const checked = (one: SimulatedTransaction) => checkOfferedTransaction(one.offered, Date.UTC(2025, 11, 1), 0);
const digestOf = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

test('the same arguments give the same bytes on every machine', () => {
  assert.equal(
    digestOf(told({ day: 0, faults: true })),
    '588dec1a6b37dc3a514bb9ed5de8e08c8f05a5b3fc241fb88045f4743bcaeed9',
  );
  assert.equal(
    digestOf(told({ day: 3 })),
    '7a3df1ebd7305d7a8fa68af62b919084b945e697ef08b8bf3d81621c0668ee05',
  );
});

test('day 0 has a history of twenty days before it, and a later day has none', () => {
  const first = told({ day: 0 });
  const past = first.filter(({ phase }) => phase === 'history');
  assert.equal(past.length > 1_000, true);
  assert.ok(past.every(({ truth }) => !truth.fraudulent));
  const times = past.map(({ offered }) => String((offered as { eventTime: string }).eventTime).slice(0, 10));
  assert.deepEqual([times[0], times.at(-1)], ['2019-12-12', '2019-12-31']);
  assert.ok(told({ day: 1 }).every(({ phase }) => phase === 'day'));
});

test('by default the first start offers about 20,000 transactions and a later day about 8,000', () => {
  const count = (day: number) => [...simulateDay({ seed: 1, day })].length;
  assert.ok(Math.abs(count(0) - 20_000) < 1_000);
  assert.ok(Math.abs(count(1) - 8_200) < 500);
});

test('a day plays every kind of fraud and of genuine look-alike, 15 to 30 frauds in all', () => {
  const day = [...simulateDay({ seed: 1, day: 2 })];
  const incidents = new Map(day.map(({ truth }) => [truth.incident, truth] as const));
  incidents.delete(null);
  const stories = [...incidents.values()];
  const frauds = stories.filter(({ fraudulent }) => fraudulent);
  assert.ok(frauds.length >= 15 && frauds.length <= 30);
  assert.deepEqual(
    new Set(stories.map(({ scenario }) => scenario)),
    new Set([...fraudScenarios, ...genuineScenarios]),
  );
});

test('each fault comes twice and is refused or repeats an identity, as it says', () => {
  const day = told({ day: 1, faults: true });
  const faulty = day.flatMap((one, index) => (one.fault === null ? [] : [{ one, before: day[index - 1] }]));
  assert.deepEqual(faulty.map(({ one }) => one.fault).sort(), [...faults, ...faults].sort());
  const codes = {
    iban_check_digit: 'iban_invalid',
    currency_unknown: 'currency_unknown',
    amount_negative: 'amount_not_positive',
    field_missing: 'field_missing',
  };
  for (const { one, before } of faulty) {
    const outcome = checked(one);
    if (one.fault === 'duplicate') assert.deepEqual(one.offered, before?.offered);
    else if (one.fault === 'conflicting_duplicate') {
      assert.ok(outcome.ok && before !== undefined);
      const good = checked(before);
      assert.ok(good.ok);
      assert.equal(outcome.value.transactionId, good.value.transactionId);
      assert.notEqual(outcome.value.amountMinor, good.value.amountMinor);
    } else if (one.fault !== null) {
      assert.ok(!outcome.ok);
      assert.deepEqual(
        outcome.rejections.map(({ code }) => code),
        [codes[one.fault]],
      );
    }
  }
});

test('faults change nothing about the good transactions', () => {
  const good = told({ day: 1, faults: true }).filter(({ fault }) => fault === null);
  assert.deepEqual(good, told({ day: 1 }));
});

test('accounts keep their identity from day to day, and another seed is another bank', () => {
  const accounts = (options: Parameters<typeof told>[0]) =>
    new Set(told(options).map(({ offered }) => JSON.stringify((offered as { account: unknown }).account)));
  const monday = accounts({ day: 5 });
  const tuesday = accounts({ day: 6 });
  assert.ok([...tuesday].filter((account) => monday.has(account)).length > tuesday.size / 2);
  assert.equal([...accounts({ day: 5, seed: 8 })].filter((account) => monday.has(account)).length, 0);
});

test('numbers out of their bounds are refused by name', () => {
  assert.throws(() => told({ day: -1 }), { name: 'RangeError', message: /^day / });
  assert.throws(() => told({ day: 2_000 }), { name: 'RangeError', message: /^day / });
  assert.throws(() => told({ day: 0, accounts: 0 }), { name: 'RangeError', message: /^accounts / });
  assert.throws(() => told({ day: 0, seed: 0.5 }), { name: 'RangeError', message: /^seed / });
});
