import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noonMs, pseudonymOf, refusedFacts, transactionFacts } from '../fixtures/facts.fixture.ts';
import { createKeptAlerts } from '../fixtures/kept-alerts.fixture.ts';
import type { Condition } from './document.ts';
import { failedConditions } from './match.ts';

const [transfers, refused] = createKeptAlerts().take(
  [
    transactionFacts(1, { counterparty: 'shop', rules: ['large_amount', 'new_country'] }),
    transactionFacts(2, { amountMinor: 500, currency: 'USD', verdict: 'cleared' }),
    refusedFacts(3),
  ],
  noonMs,
).alerts;
assert.ok(transfers);
assert.ok(refused);

const routing = {
  accountGroups: { vip: [pseudonymOf('a', 'ann')], staff: [pseudonymOf('a', 'bob')] },
  schedules: { lunch: { timeZone: 'Europe/Amsterdam', times: [{ from: '13:30', to: '14:30' }] } },
};

/** The conditions that the alert about transactions and the one about records fail: "t", "r". */
const failing = (condition: Condition): string =>
  [
    ...(failedConditions(condition, transfers, { routing, nowMs: noonMs }).length > 0 ? ['t'] : []),
    ...(failedConditions(condition, refused, { routing, nowMs: noonMs }).length > 0 ? ['r'] : []),
  ].join('');

test('Each condition asks of an alert what its name says', () => {
  assert.equal(failing({}), '');
  assert.equal(failing({ severityAtLeast: 'high' }), '');
  assert.equal(failing({ severityAtLeast: 'critical' }), 't');
  assert.equal(failing({ severityOf: ['low', 'critical'] }), 't');
  assert.equal(failing({ rules: ['new_country', 'other'] }), 'r');
  assert.equal(failing({ verdict: 'held' }), 'r');
  assert.equal(failing({ verdict: 'cleared' }), 'tr');
  assert.equal(failing({ kinds: ['refused_record'] }), 't');
  assert.equal(failing({ codes: ['not_sealed'] }), 't');
  assert.equal(failing({ tenants: ['bank-a'] }), 'r');
  assert.equal(failing({ accounts: [pseudonymOf('a', 'ann')] }), 'r');
  assert.equal(failing({ accountGroups: ['vip', 'staff'] }), 'r');
  assert.equal(failing({ accountGroups: ['staff'] }), 'tr');
  assert.equal(failing({ counterparties: [pseudonymOf('c', 'shop')] }), 'r');
  assert.equal(failing({ during: 'lunch' }), '');
});

test('An amount is that of one transaction, in its own currency; of several currencies one is enough', () => {
  assert.equal(failing({ amountMinorAtLeast: { EUR: 10_000 } }), 'r');
  assert.equal(failing({ amountMinorAtLeast: { EUR: 10_001 } }), 'tr');
  assert.equal(failing({ amountMinorAtLeast: { USD: 10_000 } }), 'tr');
  assert.equal(failing({ amountMinorAtLeast: { USD: 10_000, EUR: 1 } }), 'r');
});

test('All that failed is told, with what was wanted and what there was', () => {
  const condition: Condition = { severityAtLeast: 'critical', rules: ['mule_pattern'], tenants: ['bank-a'] };
  assert.deepEqual(failedConditions(condition, transfers, { routing, nowMs: noonMs }), [
    { condition: 'severityAtLeast', wants: 'critical', has: 'high' },
    { condition: 'rules', wants: 'mule_pattern', has: 'large_amount, new_country' },
  ]);
});
