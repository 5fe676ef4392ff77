import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertAbout, damaged, goodHistory, rulesOf } from '../../history-checks/small-history.ts';
import { checkAlerts, checkRepeatedMails, repeatedMails } from './check-alerts.ts';
import { goodMails } from './good-mails.ts';

const withMails = (change: (deliveries: Map<string, number>) => void) => {
  const deliveries = new Map(goodMails.deliveries);
  change(deliveries);
  return { ...goodMails, deliveries };
};
const [name = ''] = goodMails.deliveries.keys();

test('a history in which everything is as it should be breaks no rule', () => {
  assert.deepEqual(checkAlerts(goodHistory, goodMails), []);
  assert.equal(repeatedMails(goodMails.deliveries), 0);
});

test('a held transaction, or a refused record, without an alert is found', () => {
  for (const missing of [2, 4, 5]) {
    const history = damaged('alerts', (all) => all.filter(({ offset }) => offset !== missing));
    assert.deepEqual(rulesOf(checkAlerts(history, goodMails)), ['mail_of_nothing', 'one_alert']);
  }
});

test('a line that ingest refused is no case for an alert', () => {
  const history = damaged('rejected', (all) => all.filter(({ origin }) => origin.kind !== 'source'));
  assert.deepEqual(checkAlerts(history, goodMails), []);
});

test('a held transaction in two alerts, or in one twice, is found', () => {
  const two = damaged('alerts', (all) => [
    ...all,
    alertAbout(2, 'unusual_transactions', { alertId: 'other', deliveryKeys: [] }),
  ]);
  assert.deepEqual(rulesOf(checkAlerts(two, goodMails)), ['one_alert']);
  const twice = damaged('alerts', (all) => [...all, alertAbout(2)]);
  assert.deepEqual(rulesOf(checkAlerts(twice, goodMails)), ['one_revision']);
  const later = damaged('alerts', (all) => [
    ...all,
    alertAbout(2, 'unusual_transactions', { revision: 2, deliveryKeys: [] }),
  ]);
  assert.deepEqual(checkAlerts(later, goodMails), []);
});

test('an alert about nothing that was held or refused is found', () => {
  const history = damaged('alerts', (all) => [
    ...all,
    alertAbout(1, 'unusual_transactions', { deliveryKeys: [] }),
  ]);
  assert.deepEqual(rulesOf(checkAlerts(history, goodMails)), ['alert_about_nothing']);
});

test('a mail that never came, and one without an alert, are found', () => {
  const missing = withMails((deliveries) => deliveries.delete(name));
  assert.deepEqual(rulesOf(checkAlerts(goodHistory, missing)), ['delivered']);
  const extra = withMails((deliveries) => deliveries.set('<other@example> analyst@example', 1));
  assert.deepEqual(rulesOf(checkAlerts(goodHistory, extra)), ['mail_of_nothing']);
});

test('a mail that came again is counted', () => {
  const again = withMails((deliveries) => deliveries.set(name, 3));
  assert.deepEqual(checkAlerts(goodHistory, again), []);
  assert.equal(repeatedMails(again.deliveries), 2);
});

const repeatsIn = (
  count: number,
  interruptions: number,
  before: ReadonlyMap<string, number> = new Map(),
): string[] => {
  const { deliveries } = withMails((all) => all.set(name, count));
  return rulesOf(checkRepeatedMails({ before, deliveries, interruptions }));
};

test('a mail may come again once for each time alerting was interrupted, and else not at all', () => {
  assert.deepEqual(repeatsIn(1, 0), []);
  assert.deepEqual(repeatsIn(2, 0), ['mail_repeated']);
  assert.deepEqual(repeatsIn(2, 1), []);
  assert.deepEqual(repeatsIn(3, 1), ['mail_repeated']);
});

test('a mail of an earlier round that comes again is found, whatever is done', () => {
  assert.deepEqual(repeatsIn(2, 0, new Map([[name, 2]])), []);
  assert.deepEqual(repeatsIn(3, 5, new Map([[name, 2]])), ['mail_repeated']);
});

test('more mails that come again than can have been on their way are found', () => {
  const deliveries = new Map(Array.from({ length: 401 }, (_, index) => [`<${index}@example> a`, 2]));
  assert.deepEqual(checkRepeatedMails({ before: new Map(), deliveries, interruptions: 2 }), []);
  assert.equal(checkRepeatedMails({ before: new Map(), deliveries, interruptions: 1 }).length, 1);
});
