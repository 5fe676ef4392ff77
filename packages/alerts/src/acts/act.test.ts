import assert from 'node:assert/strict';
import { test } from 'node:test';
import { episodeDefaults } from '../intake/settings.ts';
import { hourMs, minuteMs, noonMs, transactionFacts } from '../fixtures/facts.fixture.ts';
import { createKeptAlerts } from '../fixtures/kept-alerts.fixture.ts';
import type { Actor, Alert, AlertState } from '../model.ts';
import { act, endEpisode, longestSnoozeMs, wake } from './act.ts';
import type { Act } from './act.ts';

const nowMs = noonMs + hourMs;
const ann: Actor = { kind: 'token', name: 'ann' };
const untilMs = nowMs + hourMs;

function alertIn(state: AlertState): Alert {
  const [alert] = createKeptAlerts().take([transactionFacts(1)], noonMs).alerts;
  assert.ok(alert);
  return {
    ...alert,
    state,
    snoozedUntilMs: state === 'snoozed' ? untilMs : null,
    outcome: state === 'closed' ? 'true_positive' : null,
    handledBy: state === 'new' ? null : 'bob',
  };
}

const acts: readonly Act[] = [
  { kind: 'acknowledge' },
  { kind: 'investigate' },
  { kind: 'snooze', untilMs },
  { kind: 'close', outcome: 'true_positive' },
  { kind: 'close', outcome: 'false_positive' },
  { kind: 'reopen' },
];

/** The new state; `=` where nothing changes; else the problem. */
const outcomeOf = (state: AlertState, what: Act): string => {
  const acted = act(alertIn(state), what, ann, nowMs);
  if (!acted.ok) return acted.problem;
  return acted.change === undefined ? '=' : acted.alert.state;
};

test('Who may do what from which state is this table', () => {
  const states: readonly AlertState[] = ['new', 'acknowledged', 'investigating', 'snoozed', 'closed'];
  const table = Object.fromEntries(
    states.map((state) => [state, acts.map((what) => outcomeOf(state, what)).join(' ')]),
  );
  assert.deepEqual(table, {
    new: 'acknowledged investigating snoozed closed closed alert_not_closed',
    acknowledged: '= investigating snoozed closed closed alert_not_closed',
    investigating: '= = snoozed closed closed =',
    snoozed: 'acknowledged investigating = closed closed alert_not_closed',
    closed: 'alert_closed alert_closed alert_closed = alert_closed investigating',
  });
});

test('An act makes the next revision, and says who did it, when, from where to where', () => {
  const acted = act(alertIn('new'), { kind: 'acknowledge' }, ann, nowMs);
  assert.ok(acted.ok);
  assert.equal(acted.alert.revision, 2);
  assert.equal(acted.alert.handledBy, 'ann');
  assert.deepEqual(acted.change, {
    ...{ alertId: acted.alert.alertId, revision: 2, atMs: nowMs, actor: ann, action: 'acknowledged' },
    ...{ from: 'new', to: 'acknowledged', entryId: null },
  });
});

test('Whatever is said twice changes nothing the second time', () => {
  for (const what of acts.slice(0, 5)) {
    const once = act(alertIn('new'), what, ann, nowMs);
    assert.ok(once.ok);
    const twice = act(once.alert, what, ann, nowMs + 1);
    assert.deepEqual(twice, { ok: true, alert: once.alert, change: undefined });
  }
});

test('Closing ends the episode, and reopening takes the outcome back but not the end', () => {
  const closed = act(alertIn('new'), { kind: 'close', outcome: 'false_positive' }, ann, nowMs);
  assert.ok(closed.ok);
  assert.equal(closed.alert.episodeEndedAtMs, nowMs);
  const reopened = act(closed.alert, { kind: 'reopen' }, ann, nowMs + 1);
  assert.ok(reopened.ok);
  assert.equal(reopened.alert.outcome, null);
  assert.equal(reopened.alert.episodeEndedAtMs, nowMs);
});

test('A snooze ends later than now and within 30 days, and can be moved', () => {
  const snooze = (until: number) => act(alertIn('snoozed'), { kind: 'snooze', untilMs: until }, ann, nowMs);
  assert.deepEqual(snooze(nowMs), { ok: false, problem: 'until_not_ahead' });
  assert.deepEqual(snooze(Number.NaN), { ok: false, problem: 'until_not_ahead' });
  assert.deepEqual(snooze(nowMs + longestSnoozeMs + 1), { ok: false, problem: 'until_too_far' });
  const moved = snooze(untilMs + 1);
  assert.ok(moved.ok);
  assert.equal(moved.alert.snoozedUntilMs, untilMs + 1);
  assert.equal(moved.change?.action, 'snoozed');
});

test('A snoozed alert wakes by itself when its time has come, as new', () => {
  const alert = alertIn('snoozed');
  assert.equal(wake(alert, untilMs - 1), undefined);
  const woken = wake(alert, untilMs);
  assert.equal(woken?.alert.state, 'new');
  assert.equal(woken.alert.snoozedUntilMs, null);
  assert.deepEqual(
    [woken.change.action, woken.change.actor, woken.change.revision],
    ['woke', { kind: 'weir', name: 'alerting' }, 2],
  );
  assert.equal(wake(woken.alert, untilMs), undefined);
  assert.equal(wake(alertIn('closed'), untilMs), undefined);
});

test('An episode ends once nothing has joined it for the quiet time, by event time and by the clock', () => {
  const alert = alertIn('new');
  const quietMs = 60 * minuteMs;
  assert.equal(endEpisode(alert, episodeDefaults, noonMs + quietMs), undefined);
  const ended = endEpisode(alert, episodeDefaults, noonMs + quietMs + 1);
  assert.deepEqual(ended, { ...alert, episodeEndedAtMs: noonMs + quietMs + 1 });
  const fromBacklog = { ...alert, lastEventAtMs: noonMs - 24 * hourMs };
  assert.equal(endEpisode(fromBacklog, episodeDefaults, noonMs + quietMs), undefined);
});

test('Acts keep an episode open no longer than it may last', () => {
  const alert = { ...alertIn('acknowledged'), changedAtMs: noonMs + 24 * hourMs };
  assert.equal(endEpisode(alert, episodeDefaults, noonMs + 24 * hourMs), undefined);
  assert.notEqual(endEpisode(alert, episodeDefaults, noonMs + 24 * hourMs + 1), undefined);
});
