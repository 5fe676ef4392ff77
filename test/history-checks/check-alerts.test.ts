import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAlerts } from './check-alerts.ts';
import { goodMails } from './good-mails.ts';
import { alertAbout, damaged, goodHistory, rulesOf, verdictOf } from './small-history.ts';

const withMails = (change: (deliveries: Map<string, number>) => void) => {
  const deliveries = new Map(goodMails.deliveries);
  change(deliveries);
  return { ...goodMails, deliveries };
};
const [name = ''] = goodMails.deliveries.keys();

test('a history in which everything is as it should be breaks no rule', () => {
  assert.deepEqual(checkAlerts(goodHistory, goodMails), []);
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

test('two alerts that have one id are found', () => {
  const history = damaged('alerts', (all) => all.map((alert) => ({ ...alert, alertId: 'same' })));
  assert.deepEqual(rulesOf(checkAlerts(history, goodMails)), ['one_id']);
});

test('a mail that never came, and one without an alert, are found', () => {
  const missing = withMails((deliveries) => deliveries.delete(name));
  assert.deepEqual(rulesOf(checkAlerts(goodHistory, missing)), ['delivered']);
  const extra = withMails((deliveries) => deliveries.set('<other@example> analyst@example', 1));
  assert.deepEqual(rulesOf(checkAlerts(goodHistory, extra)), ['mail_of_nothing']);
});

test('a mail that came again is left to whoever counts them', () => {
  const again = withMails((deliveries) => deliveries.set(name, 3));
  assert.deepEqual(checkAlerts(goodHistory, again), []);
});

test('a flagged transaction without an alert is found, and so is an alert about one that is not', () => {
  const flagged = damaged('published', (all) => [...all, verdictOf(6, 'flagged')]);
  assert.deepEqual(rulesOf(checkAlerts(flagged, goodMails)), ['one_alert']);
  const told = { ...flagged, alerts: [...flagged.alerts, alertAbout(6)] };
  assert.deepEqual(rulesOf(checkAlerts(told, goodMails)), ['delivered']);
  assert.ok(
    rulesOf(checkAlerts({ ...goodHistory, alerts: told.alerts }, goodMails)).includes('alert_about_nothing'),
  );
});
