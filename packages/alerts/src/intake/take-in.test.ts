import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostAlertEntries } from '@weir/contracts';
import {
  hourMs,
  minuteMs,
  noonMs,
  pseudonymOf,
  refusedFacts,
  transactionFacts,
} from '../fixtures/facts.fixture.ts';
import { createKeptAlerts } from '../fixtures/kept-alerts.fixture.ts';

const nowMs = noonMs + 30 * 24 * hourMs;

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('Transactions of one account within the quiet time are one alert, which counts and sums them', () => {
  const kept = createKeptAlerts();
  const { alerts, changes } = kept.take(
    [
      transactionFacts(1),
      transactionFacts(2, { eventAtMs: noonMs + 59 * minuteMs, amountMinor: 250, severity: 'critical' }),
      transactionFacts(3, { eventAtMs: noonMs + 60 * minuteMs, verdict: 'cleared', severity: 'low' }),
    ],
    nowMs,
  );
  assert.equal(alerts.length, 1);
  const [alert] = alerts;
  assert.ok(alert);
  assert.equal(alert.revision, 1);
  assert.equal(alert.transactions, 3);
  assert.equal(alert.held, 2);
  assert.equal(alert.verdict, 'held');
  assert.equal(alert.severity, 'critical');
  assert.equal(alert.gravest, pseudonymOf('t', '2'));
  assert.equal(alert.latest, pseudonymOf('t', '3'));
  assert.deepEqual(alert.totals, [
    ...[{ currency: 'EUR', creditDebitIndicator: 'DBIT', transactions: 3, amountMinor: 20_250 }].map(
      (total) => ({ ...total, largestMinor: 10_000 }),
    ),
  ]);
  assert.deepEqual(
    changes.map(({ action, revision }) => [action, revision]),
    [['opened', 1]],
  );
});

test('What joins an alert in a later batch makes its next revision', () => {
  const kept = createKeptAlerts();
  kept.take([transactionFacts(1)], nowMs);
  const { alerts, changes } = kept.take([transactionFacts(2)], nowMs + 1);
  assert.deepEqual(
    alerts.map(({ revision, transactions }) => [revision, transactions]),
    [[2, 2]],
  );
  assert.deepEqual(
    changes.map(({ action }) => action),
    ['grew'],
  );
});

test('After the quiet time the next alert begins, with an id of its own, and the one before is over', () => {
  const kept = createKeptAlerts();
  kept.take([transactionFacts(1)], nowMs);
  const later = transactionFacts(2, { eventAtMs: noonMs + 60 * minuteMs + 1 });
  const { alerts, ended } = kept.take([later], nowMs + 1);
  assert.equal(kept.alerts.size, 2);
  assert.deepEqual(
    ended.map(({ episodeEndedAtMs, revision }) => [episodeEndedAtMs, revision]),
    [[nowMs + 1, 1]],
  );
  assert.notEqual(alerts[0]?.alertId, ended[0]?.alertId);
});

test('An episode that never falls quiet ends after a day', () => {
  const kept = createKeptAlerts();
  const steps = numbers(50).map((step) =>
    transactionFacts(step, { eventAtMs: noonMs + step * 30 * minuteMs }),
  );
  kept.take(steps, nowMs);
  assert.deepEqual(
    [...kept.alerts.values()].map(({ transactions }) => transactions),
    [49, 1],
  );
});

test('An alert that is full ends, and the next one takes what follows', () => {
  const kept = createKeptAlerts();
  kept.take(
    numbers(mostAlertEntries + 3).map((number) => transactionFacts(number)),
    nowMs,
  );
  const [full, next] = [...kept.alerts.values()];
  assert.equal(full?.transactions, mostAlertEntries);
  assert.equal(full.episodeEndedAtMs, nowMs);
  assert.equal(next?.transactions, 3);
});

test('What comes late from before the episode makes alerts of its own and does not end it', () => {
  const kept = createKeptAlerts();
  kept.take([transactionFacts(1)], nowMs);
  kept.take([transactionFacts(2, { eventAtMs: noonMs - 5 * hourMs })], nowMs);
  kept.take([transactionFacts(3, { eventAtMs: noonMs - 5 * hourMs + 1 })], nowMs);
  kept.take([transactionFacts(4, { eventAtMs: noonMs + 1 })], nowMs);
  assert.deepEqual(
    [...kept.alerts.values()].map(({ transactions }) => transactions),
    [2, 2],
  );
});

test('What comes out of order within the quiet time joins, and moves the first event back', () => {
  const kept = createKeptAlerts();
  kept.take([transactionFacts(1)], nowMs);
  const { alerts } = kept.take([transactionFacts(2, { eventAtMs: noonMs - 30 * minuteMs })], nowMs);
  assert.equal(alerts[0]?.firstEventAtMs, noonMs - 30 * minuteMs);
  assert.equal(alerts[0].latest, pseudonymOf('t', '1'));
});

test('A transaction that is in an alert already is dropped', () => {
  const kept = createKeptAlerts();
  kept.take([transactionFacts(1), transactionFacts(1)], nowMs);
  const again = kept.take([transactionFacts(1)], nowMs);
  assert.deepEqual(again, { alerts: [], ended: [], entries: [], changes: [], cases: [] });
  assert.equal(kept.entries.size, 1);
});

test('Refused records of one code and topic are one alert, told apart from those of another code', () => {
  const kept = createKeptAlerts();
  kept.take([refusedFacts(1), refusedFacts(2), refusedFacts(3, { code: 'contract_violation' })], nowMs);
  assert.deepEqual(
    [...kept.alerts.values()].map(({ code, severity, transactions, account }) => ({
      ...{ code, severity, transactions, account },
    })),
    [
      { code: 'not_sealed', severity: 'critical', transactions: 2, account: null },
      { code: 'contract_violation', severity: 'high', transactions: 1, account: null },
    ],
  );
  assert.deepEqual(
    [...kept.entries.keys()],
    [1, 2, 3].map((offset) => `transactions.received.v1/0/${offset}`),
  );
});

test('A snoozed alert wakes when something graver joins it, and sleeps on otherwise', () => {
  const kept = createKeptAlerts();
  const [alert] = kept.take([transactionFacts(1)], nowMs).alerts;
  assert.ok(alert);
  kept.saveAlert({ ...alert, state: 'snoozed', snoozedUntilMs: nowMs + hourMs });
  assert.equal(kept.take([transactionFacts(2)], nowMs).alerts[0]?.state, 'snoozed');
  const { alerts, changes } = kept.take([transactionFacts(3, { severity: 'critical' })], nowMs);
  assert.deepEqual([alerts[0]?.state, alerts[0]?.snoozedUntilMs], ['new', null]);
  assert.deepEqual(
    changes.map(({ action, from, to }) => [action, from, to]),
    [['woke', 'snoozed', 'new']],
  );
});

test('Two accounts that pay one counterparty within a week become a case, with what was there before', () => {
  const kept = createKeptAlerts();
  const [first] = kept.take([transactionFacts(1, { counterparty: 'mule' })], nowMs).alerts;
  assert.equal(first?.caseId, null);
  const weekLater = { eventAtMs: noonMs + 7 * 24 * hourMs, counterparty: 'mule' };
  const { alerts, changes, cases } = kept.take(
    [transactionFacts(2, { account: 'bob', ...weekLater })],
    nowMs,
  );
  assert.equal(cases.length, 1);
  assert.deepEqual(cases[0]?.links, [`counterparty ${pseudonymOf('c', 'mule')}`]);
  assert.equal(cases[0].alerts, 2);
  assert.deepEqual(
    alerts.map(({ caseId, revision }) => [caseId === cases[0]?.caseId, revision]),
    [
      [true, 1],
      [true, 2],
    ],
  );
  assert.deepEqual(
    changes.map(({ action }) => action),
    ['opened', 'joined_case'],
  );
});

test('One counterparty more than a week apart links nothing, and neither does one of another tenant', () => {
  const kept = createKeptAlerts();
  kept.take([transactionFacts(1, { counterparty: 'shop' })], nowMs);
  const tooLate = { eventAtMs: noonMs + 7 * 24 * hourMs + 1, counterparty: 'shop' };
  kept.take([transactionFacts(2, { account: 'bob', ...tooLate })], nowMs);
  kept.take([transactionFacts(3, { account: 'eve', counterparty: 'shop', tenant: 'bank-b' })], nowMs);
  assert.equal(kept.cases.size, 0);
});

test('A rule that bursts over three accounts within an hour makes a case; a group of features never does', () => {
  const kept = createKeptAlerts();
  const accounts = ['ann', 'bob', 'eve', 'joe'];
  const fired = (rules: readonly string[], linkingRules: readonly string[], from: number) =>
    accounts.map((account, index) =>
      transactionFacts(from + index, { account, rules, linkingRules, eventAtMs: noonMs + index * minuteMs }),
    );
  kept.take(fired(['unusual_amount'], [], 0).slice(0, 3), nowMs);
  assert.equal(kept.cases.size, 0);
  kept.take(fired(['mule_pattern'], ['mule_pattern'], 10).slice(0, 2), nowMs);
  assert.equal(kept.cases.size, 0);
  kept.take(fired(['mule_pattern'], ['mule_pattern'], 10).slice(2), nowMs);
  assert.deepEqual(
    [...kept.cases.values()].map(({ links, alerts }) => [links, alerts]),
    [[['rule mule_pattern'], 4]],
  );
  assert.equal(new Set([...kept.alerts.values()].map(({ caseId }) => caseId)).size, 1);
});

test('A case that no link has touched for its time is over, and the next alerts begin another', () => {
  const kept = createKeptAlerts();
  const pay = (number: number, account: string, days: number) =>
    transactionFacts(number, {
      ...{ account, counterparty: 'mule', eventAtMs: noonMs + days * 24 * hourMs },
    });
  kept.take([pay(1, 'ann', 0), pay(2, 'bob', 1)], nowMs);
  kept.take([pay(3, 'eve', 9)], nowMs);
  const [first] = [...kept.cases.values()];
  assert.equal(first?.endedAtMs, nowMs);
  kept.take([pay(4, 'joe', 10)], nowMs);
  assert.equal(kept.cases.size, 2);
});
