import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minuteMs, noonMs, pseudonymOf, transactionFacts } from '../fixtures/facts.fixture.ts';
import { createWorld, routingOf } from '../fixtures/world.fixture.ts';
import { explainRoute } from './explain-route.ts';

const routing = routingOf({
  receivers: ['desk', 'boss', 'archive'].map((id) => ({
    ...{ id, channel: 'mail', to: [`${id}@bank.example`] },
    closings: id === 'boss',
  })),
  schedules: { nights: { timeZone: 'UTC', times: [{ from: '11:00', to: '13:00' }] } },
  inhibit: [{ source: { severityAtLeast: 'high' }, target: {}, equal: ['tenant'] }],
  routes: [
    { id: 'archive', to: ['archive'], continue: true, groupBy: 'alert' },
    { id: 'critical', match: { severityAtLeast: 'critical', rules: ['mule_pattern'] }, to: ['boss'] },
    {
      ...{ id: 'all', to: ['desk'], waitSeconds: 60, quietHours: { schedule: 'nights' } },
      ...{ repeat: { afterMinutes: 30, times: 2 }, escalate: [{ afterMinutes: 20, to: ['boss'] }] },
    },
  ],
});

const world = createWorld(routing, noonMs);
const [alert, other] = world.take([transactionFacts(1), transactionFacts(2, { account: 'bob' })]);
assert.ok(alert);
assert.ok(other);
const given = { routing, alert, silences: [], inhibitors: [], nowMs: noonMs };

test('Of each route it is said whether it matched, or all that kept it from it', () => {
  const { routes } = explainRoute(given);
  assert.deepEqual(
    routes.map(({ routeId, result, failed }) => [routeId, result, failed]),
    [
      ['archive', 'matched', []],
      [
        'critical',
        'failed',
        [
          { condition: 'severityAtLeast', wants: 'critical', has: 'high' },
          { condition: 'rules', wants: 'mule_pattern', has: 'large_amount' },
        ],
      ],
      ['all', 'matched', []],
    ],
  );
});

test('Of one that matched it is said who is told what, when, and what comes if nobody acts', () => {
  const told = explainRoute(given).routes[2]?.told;
  const oneMs = noonMs + 60 * minuteMs;
  assert.deepEqual(told, {
    groupBy: 'account',
    groupKey: `account ${pseudonymOf('a', 'ann')}`,
    receivers: ['desk'],
    firstAtMs: oneMs,
    heldBackByQuietHours: true,
    next: [
      { why: 'update', atMs: oneMs + 15 * minuteMs, receivers: ['desk'] },
      { why: 'escalation', atMs: oneMs + 20 * minuteMs, receivers: ['boss'] },
      { why: 'reminder', atMs: oneMs + 30 * minuteMs, receivers: ['desk'] },
    ],
    closings: ['boss'],
  });
});

test('What is explained is what happens', () => {
  const explained = explainRoute(given).routes.flatMap(({ routeId, told }) =>
    told === undefined ? [] : [{ routeId, atMs: told.firstAtMs, next: told.next }],
  );
  const free = createWorld(routingOf({ ...routing, inhibit: [] }), noonMs);
  free.take([transactionFacts(1)]);
  free.advance(noonMs + 90 * minuteMs);
  for (const { routeId, atMs, next } of explained) {
    const [first] = free.told.filter((told) => told.routeId === routeId);
    assert.deepEqual([first?.atMs, first?.next], [atMs, next]);
  }
});

test('Behind a route that matched and does not continue, none is looked at', () => {
  const grave = { ...alert, severity: 'critical' as const, rules: ['mule_pattern'] };
  const { routes } = explainRoute({ ...given, alert: grave });
  assert.deepEqual(
    routes.map(({ result }) => result),
    ['matched', 'matched', 'notReached'],
  );
  assert.equal(routes[2]?.told, undefined);
});

test('Everything that keeps it quiet is named: a snooze, a silence with its owner, another alert', () => {
  const silence = {
    ...{ silenceId: 's1', owner: 'ann', match: { rules: ['large_amount'] }, endedBy: null },
    ...{ startsAtMs: noonMs, endsAtMs: noonMs + minuteMs },
  };
  const snoozed = { ...other, state: 'snoozed' as const, snoozedUntilMs: noonMs + 2 * minuteMs };
  const grave = { ...alert, severity: 'critical' as const, rules: ['other'] };
  const { quietBecause } = explainRoute({
    ...{ ...given, alert: snoozed },
    ...{ silences: [silence], inhibitors: [grave] },
  });
  assert.deepEqual(quietBecause, [
    { why: 'snoozed', untilMs: noonMs + 2 * minuteMs },
    { why: 'silenced', silenceId: 's1', owner: 'ann', untilMs: noonMs + minuteMs },
    { why: 'inhibited', byAlertId: grave.alertId, rule: 0 },
  ]);
  assert.deepEqual(explainRoute(given).quietBecause, []);
});
