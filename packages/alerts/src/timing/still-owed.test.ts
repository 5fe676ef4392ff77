import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hourMs, minuteMs, noonMs, transactionFacts } from '../fixtures/facts.fixture.ts';
import { createWorld, routingOf } from '../fixtures/world.fixture.ts';
import type { Told } from '../fixtures/world.fixture.ts';
import type { TransactionFacts } from '../intake/facts.ts';

const receivers = ['desk', 'boss'].map((id) => ({ id, channel: 'mail', to: [`${id}@bank.example`] }));
const worldOf = (...routes: readonly object[]) =>
  createWorld(
    routingOf({
      receivers,
      routes: routes.map((route, index) => ({ id: `route-${index}`, to: ['desk'], ...route })),
    }),
    noonMs,
  );

let numbers = 1_000;
const facts = (wanted: Parameters<typeof transactionFacts>[1] = {}): TransactionFacts =>
  transactionFacts((numbers += 1), wanted);

/** Reason, minutes since noon and how many alerts of each notification. */
const course = (told: readonly Told[]): readonly string[] =>
  told.map(
    ({ reason, atMs, alertIds, receivers: to }) =>
      `${reason} ${(atMs - noonMs) / minuteMs} ${alertIds.length} ${to.map(({ receiverId }) => receiverId).join(',')}`,
  );

const silence = {
  ...{ silenceId: 's', owner: 'ann', endedBy: null, match: { rules: ['other'] } },
  ...{ startsAtMs: noonMs, endsAtMs: noonMs + 30 * hourMs },
};

test('A digest keeps its times while something of it is silenced, and tells that at the next one after', () => {
  const world = worldOf({ groupBy: 'route', digest: { at: ['16:00'], timeZone: 'UTC' } });
  world.silences.push(silence);
  world.take([facts({ account: 'bob', rules: ['other'] })]);
  for (const [hour, account] of [
    [5, 'eve'],
    [6, 'joe'],
  ] as const) {
    world.advance(noonMs + hour * hourMs);
    world.take([facts({ account, eventAtMs: noonMs + hour * hourMs })]);
  }
  world.advance(noonMs + 72 * hourMs);
  assert.deepEqual(course(world.told), ['digest 1680 2 desk', 'digest 3120 1 desk']);
});

test('A digest keeps its times for what wakes between them', () => {
  const world = worldOf({ groupBy: 'route', digest: { at: ['16:00'], timeZone: 'UTC' } });
  const [alert] = world.take([facts({ account: 'bob' })]);
  world.doTo(alert?.alertId ?? '', { kind: 'snooze', untilMs: noonMs + 6 * hourMs });
  world.advance(noonMs + 72 * hourMs);
  assert.deepEqual(course(world.told), ['digest 1680 1 desk']);
});

test('An alert that comes once all steps of an escalation were taken is escalated as well', () => {
  const world = worldOf({ groupBy: 'route', waitSeconds: 0, escalate: [{ afterMinutes: 30, to: ['boss'] }] });
  world.take([facts()]);
  world.advance(noonMs + 3 * hourMs);
  world.take([facts({ account: 'bob', severity: 'critical', eventAtMs: noonMs + 3 * hourMs })]);
  world.advance(noonMs + 24 * hourMs);
  assert.deepEqual(course(world.told), [
    'first 0 1 desk',
    'escalation 30 1 boss',
    'update 180 1 desk',
    'escalation 210 2 boss',
  ]);
});

test('Nobody forgets to remind of an alert that joins the case of one that another route tells', () => {
  const world = worldOf(
    { match: { severityAtLeast: 'critical' }, to: ['boss'], waitSeconds: 0, groupBy: 'case' },
    {
      waitSeconds: 0,
      groupBy: 'case',
      repeat: { afterMinutes: 60, times: 2, factor: 1 },
      escalate: [{ afterMinutes: 90, to: ['boss'] }],
    },
  );
  world.take([facts({ counterparty: 'mule' })]);
  world.advance(noonMs + 10 * minuteMs);
  world.take([facts({ account: 'bob', counterparty: 'mule', severity: 'critical' })]);
  world.advance(noonMs + 24 * hourMs);
  assert.deepEqual(course(world.told), [
    'first 0 1 desk',
    'first 10 1 boss',
    'reminder 60 1 desk',
    'escalation 90 1 boss',
    'reminder 120 1 desk',
  ]);
});
