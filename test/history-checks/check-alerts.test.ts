import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAlerts, latestAlerts } from './check-alerts.ts';
import type { AlertRevision, History } from './history.ts';
import { alertAbout, damaged, goodHistory, placeInLog, rulesOf, verdictOf } from './small-history.ts';

const none = new Map<string, AlertRevision>();
const broken = (history: History): string[] => rulesOf(checkAlerts(history, none));
const withAlerts = (change: (alerts: readonly AlertRevision[]) => readonly AlertRevision[]): History =>
  damaged('alerts', change);

/** The second revision of the alert about 2, which 6 has joined. */
const grown = alertAbout(2, { offset: 12, revision: 2, about: [placeInLog(2), placeInLog(6)] });

test('a history in which everything is as it should be breaks no rule', () => {
  assert.deepEqual(checkAlerts(goodHistory, none), []);
});

test('a held transaction, or a refused record, in no alert is found', () => {
  for (const missing of [2, 4, 5])
    assert.deepEqual(broken(withAlerts((all) => all.filter(({ offset }) => offset !== missing))), [
      'one_alert',
    ]);
});

test('a line that ingest refused is no case for an alert', () => {
  const history = damaged('rejected', (all) => all.filter(({ origin }) => origin.kind !== 'source'));
  assert.deepEqual(checkAlerts(history, none), []);
});

test('a held transaction in two alerts, or in one twice, is found', () => {
  const two = withAlerts((all) => [...all, alertAbout(2, { alertId: 'other', offset: 11 })]);
  assert.deepEqual(broken(two), ['one_alert']);
  const twice = withAlerts((all) => [
    ...all,
    alertAbout(2, { offset: 11, revision: 2, about: [placeInLog(2), placeInLog(2)] }),
  ]);
  assert.deepEqual(broken(twice), ['one_alert']);
});

test('an alert that grows is one alert, and what joined it has to have been held', () => {
  const history = withAlerts((all) => [...all, grown]);
  assert.deepEqual(broken(history), ['alert_about_nothing']);
  const published = goodHistory.published.map((one) => (one.sourceOffset === 6 ? verdictOf(6, 'held') : one));
  assert.deepEqual(broken({ ...history, published }), []);
});

test('a revision that is said twice, is left out, or stands in another partition is found', () => {
  const next = alertAbout(2, { offset: 12, revision: 2 });
  assert.deepEqual(broken(withAlerts((all) => [...all, next])), []);
  assert.deepEqual(broken(withAlerts((all) => [...all, { ...next, revision: 1 }])), ['one_revision']);
  assert.deepEqual(broken(withAlerts((all) => [...all, { ...next, revision: 3 }])), ['every_revision']);
  assert.deepEqual(broken(withAlerts((all) => [...all, { ...next, partition: 1 }])), ['one_partition']);
});

test('an entry that leaves its alert is found', () => {
  const history = withAlerts((all) => [
    ...all,
    alertAbout(4, { offset: 12, revision: 2, about: [] }),
    alertAbout(4, { offset: 13, alertId: 'other' }),
  ]);
  assert.deepEqual(broken(history), ['entries_stay']);
});

test('an alert that is older than the history goes on where it was', () => {
  const earlier = latestAlerts(goodHistory, none);
  const later = { ...goodHistory, alerts: [grown], published: [verdictOf(6, 'flagged')], rejected: [] };
  assert.deepEqual(checkAlerts(later, earlier), []);
  assert.deepEqual(rulesOf(checkAlerts({ ...later, alerts: [{ ...grown, revision: 1 }] }, earlier)), [
    'one_alert',
    'one_revision',
  ]);
});

test('a flagged transaction in no alert is found, and so is an alert about one that is not', () => {
  const flagged = damaged('published', (all) => [...all, verdictOf(6, 'flagged')]);
  assert.deepEqual(broken(flagged), ['one_alert']);
  const told = { ...flagged, alerts: [...flagged.alerts, alertAbout(6)] };
  assert.deepEqual(broken(told), []);
  assert.deepEqual(broken({ ...goodHistory, alerts: told.alerts }), ['alert_about_nothing']);
});

test('a release that an alert says was approved, and that nobody was sent, is found', () => {
  const approved = [{ partition: 0, offset: 2 }];
  const history = withAlerts((all) => [...all, alertAbout(2, { offset: 12, revision: 2, approved })]);
  assert.deepEqual(broken(history), ['approval_sent']);
  const approval = {
    ...{ partition: 0, offset: 0, account: 'a1_account', identity: 't1_2' },
    ...{ sourcePartition: 0, sourceOffset: 2, heldOffset: 20 },
  };
  assert.deepEqual(broken({ ...history, approvals: [approval] }), []);
});
