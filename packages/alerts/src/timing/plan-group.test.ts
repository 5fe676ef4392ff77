import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hourMs, minuteMs, noonMs, transactionFacts } from '../fixtures/facts.fixture.ts';
import { gatheringIdsFor } from './plan-group.ts';
import { createWorld, routingOf } from '../fixtures/world.fixture.ts';
import type { Told } from '../fixtures/world.fixture.ts';
import type { TransactionFacts } from '../intake/facts.ts';

const desk = { id: 'desk', channel: 'mail', to: ['desk@bank.example'] };
const boss = { id: 'boss', channel: 'mail', to: ['boss@bank.example'] };

const documentOf = (route: object, more: object = {}): object => ({
  receivers: [desk, boss],
  routes: [{ id: 'all', to: ['desk'], ...route }],
  ...more,
});
const worldOf = (route: object, more: object = {}) => createWorld(routingOf(documentOf(route, more)), noonMs);

let numbers = 0;
const facts = (wanted: Parameters<typeof transactionFacts>[1] = {}): TransactionFacts =>
  transactionFacts((numbers += 1), wanted);

/** Reason, minutes since noon and how many alerts of each notification. */
const course = (told: readonly Told[]): readonly string[] =>
  told.map(
    ({ reason, atMs, alertIds, receivers }) =>
      `${reason} ${(atMs - noonMs) / minuteMs} ${alertIds.length} ${receivers.map(({ receiverId }) => receiverId).join(',')}`,
  );

test('What comes in two batches within the wait is told once', () => {
  const world = worldOf({ waitSeconds: 60 });
  world.take([facts()]);
  world.advance(noonMs + 30_000);
  world.take([facts(), facts()]);
  world.advance(noonMs + 12 * hourMs);
  assert.deepEqual(course(world.told), ['first 1 1 desk']);
  assert.deepEqual(world.told[0]?.next, [
    { why: 'update', atMs: noonMs + 16 * minuteMs, receivers: ['desk'] },
  ]);
});

test('What is new after that is told no sooner than the update allows, however often it comes', () => {
  const world = worldOf({ waitSeconds: 0, updateMinutes: 15 });
  for (let minute = 0; minute <= 40; minute += 1) {
    world.advance(noonMs + minute * minuteMs);
    world.take([facts()]);
    world.settle();
  }
  world.advance(noonMs + 12 * hourMs);
  assert.deepEqual(course(world.told), [
    'first 0 1 desk',
    'update 15 1 desk',
    'update 30 1 desk',
    'update 45 1 desk',
  ]);
});

test('News long after the last notification waits as the first did', () => {
  const world = worldOf({ waitSeconds: 60, updateMinutes: 15 });
  world.take([facts()]);
  world.advance(noonMs + 50 * minuteMs);
  world.take([facts({ eventAtMs: noonMs + 50 * minuteMs })]);
  world.advance(noonMs + 2 * hourMs);
  assert.deepEqual(course(world.told), ['first 1 1 desk', 'update 51 1 desk']);
});

test('Reminders back off, are bounded, and stop once somebody acknowledged', () => {
  const repeat = { afterMinutes: 10, factor: 2, mostMinutes: 30, times: 4 };
  const world = worldOf({ waitSeconds: 0, repeat });
  world.take([facts()]);
  world.advance(noonMs + 24 * hourMs);
  assert.deepEqual(course(world.told), [
    'first 0 1 desk',
    'reminder 10 1 desk',
    'reminder 30 1 desk',
    'reminder 60 1 desk',
    'reminder 90 1 desk',
  ]);
  const answered = worldOf({ waitSeconds: 0, repeat });
  const [alert] = answered.take([facts({ account: 'bob' })]);
  answered.advance(noonMs + 15 * minuteMs);
  assert.equal(answered.doTo(alert?.alertId ?? '', { kind: 'acknowledge' }), true);
  answered.advance(noonMs + 24 * hourMs);
  assert.deepEqual(course(answered.told), ['first 0 1 desk', 'reminder 10 1 desk']);
});

test('A reminder that comes before an update tells what is new as well, and puts nothing off', () => {
  const repeat = { afterMinutes: 60, factor: 1, times: 1 };
  const world = worldOf({ waitSeconds: 0, updateMinutes: 120, groupBy: 'route', repeat });
  world.take([facts()]);
  world.advance(noonMs + minuteMs);
  world.take([facts({ account: 'bob' })]);
  world.advance(noonMs + 24 * hourMs);
  assert.deepEqual(course(world.told), ['first 0 1 desk', 'reminder 60 2 desk']);
});

test('The growth of an acknowledged alert is told, and calls for no answer', () => {
  const world = worldOf({ waitSeconds: 0, repeat: { afterMinutes: 10 } });
  const [alert] = world.take([facts()]);
  world.settle();
  world.doTo(alert?.alertId ?? '', { kind: 'acknowledge' });
  world.advance(noonMs + 20 * minuteMs);
  world.take([facts()]);
  world.advance(noonMs + 24 * hourMs);
  assert.deepEqual(course(world.told), ['first 0 1 desk', 'update 20 1 desk']);
});

test('When nobody acknowledges, the next ones are told, step by step', () => {
  const escalate = [
    { afterMinutes: 5, to: ['boss'] },
    { afterMinutes: 30, to: ['boss', 'desk'] },
  ];
  const world = worldOf({ waitSeconds: 0, escalate });
  world.take([facts()]);
  world.advance(noonMs + 24 * hourMs);
  assert.deepEqual(course(world.told), [
    'first 0 1 desk',
    'escalation 5 1 boss',
    'escalation 30 1 boss,desk',
  ]);
  assert.deepEqual(
    world.told[0]?.next.map(({ why, atMs }) => [why, (atMs - noonMs) / minuteMs]),
    [
      ['escalation', 5],
      ['update', 15],
      ['escalation', 30],
    ],
  );
});

test('A snoozed alert tells nothing, and is told again when it wakes', () => {
  const world = worldOf({ waitSeconds: 0, repeat: { afterMinutes: 10, times: 1 } });
  const [alert] = world.take([facts()]);
  world.settle();
  world.doTo(alert?.alertId ?? '', { kind: 'snooze', untilMs: noonMs + 40 * minuteMs });
  world.take([facts()]);
  world.advance(noonMs + 24 * hourMs);
  assert.deepEqual(course(world.told), ['first 0 1 desk', 'update 40 1 desk', 'reminder 50 1 desk']);
});

test('What wakes is told as news, also where its group is looked at before that is due', () => {
  const world = worldOf({ groupBy: 'alert', waitSeconds: 60, repeat: { afterMinutes: 5, times: 1 } });
  const [alert] = world.take([facts()]);
  world.advance(noonMs + 10 * minuteMs);
  world.doTo(alert?.alertId ?? '', { kind: 'snooze', untilMs: noonMs + 80 * minuteMs });
  world.advance(noonMs + 80 * minuteMs);
  // It has ended meanwhile, which has its group looked at.
  world.take([facts({ eventAtMs: world.now() })]);
  world.advance(noonMs + 85 * minuteMs);
  assert.deepEqual(course(world.told.filter(({ alertIds }) => alertIds.includes(alert?.alertId ?? ''))), [
    'first 1 1 desk',
    'reminder 6 1 desk',
    'update 81 1 desk',
  ]);
});

test('A closed alert is told no more, and its group is forgotten', () => {
  const world = worldOf({ waitSeconds: 60, repeat: { afterMinutes: 10 } });
  const [alert] = world.take([facts()]);
  world.doTo(alert?.alertId ?? '', { kind: 'close', outcome: 'false_positive' });
  world.advance(noonMs + 24 * hourMs);
  assert.deepEqual(world.told, []);
  assert.equal(world.groups.size, 0);
});

test('A digest tells at its times what came in between, and nothing where nothing came', () => {
  const world = worldOf({ groupBy: 'route', digest: { at: ['08:00', '16:00'], timeZone: 'UTC' } });
  world.take([facts(), facts({ account: 'bob' })]);
  world.advance(noonMs + 28 * hourMs);
  world.take([facts({ account: 'eve', eventAtMs: noonMs + 28 * hourMs })]);
  world.advance(noonMs + 72 * hourMs);
  assert.deepEqual(course(world.told), ['digest 240 2 desk', 'digest 2640 1 desk']);
  assert.deepEqual(
    world.told[0]?.next.map(({ why, atMs }) => [why, (atMs - noonMs) / hourMs]),
    [['digest', 20]],
  );
});

test('Quiet hours hold back what is slight until they end, and let through what is grave', () => {
  const schedules = { nights: { timeZone: 'UTC', times: [{ from: '11:00', to: '14:00' }] } };
  const quietHours = { schedule: 'nights', below: 'critical' };
  const world = worldOf(
    { waitSeconds: 0, quietHours, repeat: { afterMinutes: 10, times: 1 } },
    { schedules },
  );
  world.take([facts()]);
  world.take([facts({ account: 'bob', severity: 'critical' })]);
  world.advance(noonMs + 24 * hourMs);
  assert.deepEqual(course(world.told), [
    'first 0 1 desk',
    'reminder 10 1 desk',
    'first 120 1 desk',
    'reminder 130 1 desk',
  ]);
});

test('What is silenced is told once the silence is over, or somebody ends it', () => {
  const world = worldOf({ waitSeconds: 0 });
  world.silences.push({
    ...{ silenceId: 's', owner: 'ann', endedBy: null, match: { rules: ['large_amount'] } },
    ...{ startsAtMs: noonMs, endsAtMs: noonMs + 32 * minuteMs },
  });
  world.take([facts(), facts({ account: 'bob', rules: ['other'] })]);
  world.advance(noonMs + 24 * hourMs);
  assert.deepEqual(course(world.told), ['first 0 1 desk', 'first 32 1 desk']);
});

test('A silence that can not be read keeps nothing quiet', () => {
  const world = worldOf({ waitSeconds: 0 });
  world.silences.push({
    ...{ silenceId: 's', owner: 'ann', endedBy: null, match: { rulez: ['large_amount'] } },
    ...{ startsAtMs: noonMs, endsAtMs: noonMs + hourMs },
  });
  world.take([facts()]);
  world.settle();
  assert.equal(world.told.length, 1);
});

const inhibit = [
  { source: { severityAtLeast: 'high' }, target: { severityAtLeast: 'low' }, equal: ['counterparty'] },
];

test('While something graver is open, what has to do with it says nothing', () => {
  const world = worldOf({ waitSeconds: 0 }, { inhibit });
  const [grave] = world.take([facts({ counterparty: 'mule', severity: 'critical' })]);
  world.take([facts({ account: 'bob', counterparty: 'mule' }), facts({ account: 'eve' })]);
  world.advance(noonMs + 30 * minuteMs);
  assert.deepEqual(course(world.told), ['first 0 1 desk', 'first 0 1 desk']);
  world.doTo(grave?.alertId ?? '', { kind: 'close', outcome: 'true_positive' });
  world.advance(noonMs + hourMs);
  assert.equal(world.told.length, 3);
  assert.ok((world.told[2]?.atMs ?? Infinity) <= noonMs + 35 * minuteMs);
});

test('Alerts that would keep each other quiet do not: the graver one, or the older, speaks', () => {
  const world = worldOf({ waitSeconds: 0, groupBy: 'alert' }, { inhibit });
  world.take([facts({ counterparty: 'mule' }), facts({ account: 'bob', counterparty: 'mule' })]);
  world.advance(noonMs + 30 * minuteMs);
  assert.equal(world.told.length, 1);
});

test('An alert that grows graver moves to the route for such, and is told there at once', () => {
  const routes = [
    { id: 'critical', match: { severityAtLeast: 'critical' }, to: ['boss'], waitSeconds: 0 },
    { id: 'all', to: ['desk'], waitSeconds: 60 },
  ];
  const world = createWorld(routingOf({ receivers: [desk, boss], routes }), noonMs);
  world.take([facts()]);
  world.advance(noonMs + 5 * minuteMs);
  world.take([facts({ severity: 'critical' })]);
  world.advance(noonMs + hourMs);
  assert.deepEqual(course(world.told), ['first 1 1 desk', 'first 5 1 boss']);
  assert.equal(world.groups.size, 1);
});

test('Who is new in a group is told at once where nobody who was told of is left in it', () => {
  const world = worldOf(
    {},
    {
      routes: [
        { id: 'grave', match: { severityAtLeast: 'critical' }, to: ['boss'], groupBy: 'alert' },
        { id: 'all', to: ['desk'], groupBy: 'rule', waitSeconds: 60 },
      ],
    },
  );
  world.take([facts({ severity: 'low' })]);
  world.advance(noonMs + 2 * minuteMs);
  world.take([facts({ account: 'eve', severity: 'low', eventAtMs: world.now() })]);
  // By the same rule, and graver now: it is told elsewhere.
  world.take([facts({ severity: 'critical', eventAtMs: world.now() })]);
  world.advance(noonMs + 60 * minuteMs);
  const toDesk = course(world.told).filter((line) => line.endsWith('desk'));
  assert.deepEqual(toDesk, ['first 1 1 desk', 'first 3 1 desk']);
});

test('Accounts are told apart, or together, as the route groups them', () => {
  const batch = () => [facts(), facts({ account: 'bob' }), facts({ account: 'eve' })];
  const toldBy = (groupBy: string): readonly string[] => {
    const world = worldOf({ waitSeconds: 0, groupBy });
    world.take(batch());
    world.advance(noonMs + hourMs);
    return course(world.told);
  };
  assert.equal(toldBy('account').length, 3);
  for (const groupBy of ['route', 'tenant', 'rule']) assert.deepEqual(toldBy(groupBy), ['first 0 3 desk']);
});

test('Alerts of a case that comes about later go on in the group of the case, told once', () => {
  const world = worldOf({ waitSeconds: 0, groupBy: 'case' });
  world.take([facts({ counterparty: 'mule' })]);
  world.settle();
  world.take([facts({ account: 'bob', counterparty: 'mule' })]);
  world.advance(noonMs + hourMs);
  assert.deepEqual(course(world.told), ['first 0 1 desk', 'first 0 1 desk']);
  assert.notEqual(world.told[0]?.alertIds[0], world.told[1]?.alertIds[0]);
  assert.equal(world.groups.size, 1);
});

test('What is over a limit is told as one summary as soon as the limit lets it through; a place is kept for it', () => {
  const limited = { ...desk, rateLimit: { most: 4, perMinutes: 10 } };
  const world = createWorld(
    routingOf({ receivers: [limited], routes: [{ id: 'all', to: ['desk'], waitSeconds: 0 }] }),
    noonMs,
  );
  world.take(Array.from({ length: 700 }, (_, index) => facts({ account: `a${index}` })));
  world.advance(noonMs + hourMs);
  const counts = world.told.map(
    ({ reason, atMs, alertIds }) => `${reason} ${(atMs - noonMs) / minuteMs} ${alertIds.length}`,
  );
  assert.deepEqual(counts, ['first 0 1', 'first 0 1', 'first 0 1', 'summary 1 500', 'summary 10 197']);
  assert.equal(new Set(world.told.flatMap(({ alertIds }) => alertIds)).size, 700);
});

test('What is critical may take the place that is kept', () => {
  const limited = { ...desk, rateLimit: { most: 2, perMinutes: 10 } };
  const world = createWorld(
    routingOf({ receivers: [limited], routes: [{ id: 'all', to: ['desk'], waitSeconds: 0 }] }),
    noonMs,
  );
  world.take([facts()]);
  world.settle();
  world.take([facts({ account: 'bob', severity: 'critical' })]);
  world.take([facts({ account: 'eve', severity: 'critical' })]);
  world.advance(noonMs + hourMs);
  assert.deepEqual(course(world.told), ['first 0 1 desk', 'first 0 1 desk', 'summary 10 1 desk']);
});

test('A delivery has the key of alert, revision and receiver, and one more word where that is told again', () => {
  const world = worldOf({
    ...{ waitSeconds: 0, repeat: { afterMinutes: 10, times: 1 } },
    escalate: [{ afterMinutes: 20, to: ['boss'] }],
  });
  const [alert] = world.take([facts()]);
  world.advance(noonMs + 30 * minuteMs);
  world.take([facts()]);
  world.advance(noonMs + 31 * minuteMs);
  const id = alert?.alertId ?? '';
  assert.deepEqual(
    world.told.flatMap(({ receivers }) => receivers.map(({ deliveryKey }) => deliveryKey)),
    [`${id}-1-desk`, `${id}-1.2-desk`, `${id}-1.3-boss`, `${id}-2-desk`],
  );
});

test('A group whose route is no more is told by the last, which takes what no other does', () => {
  const world = worldOf({ waitSeconds: 60 });
  world.take([facts()]);
  world.load(routingOf({ receivers: [boss], routes: [{ id: 'rest', to: ['boss'], waitSeconds: 0 }] }));
  world.advance(noonMs + hourMs);
  assert.deepEqual(course(world.told), ['first 1 1 boss']);
});

test('What nobody answered is escalated, though it joins alerts whose steps were all taken', () => {
  const route = { groupBy: 'case', escalate: [{ afterMinutes: 30, to: ['boss'] }] };
  const world = worldOf(route);
  const at = (account: string, counterparty: string | null) =>
    facts({ account, counterparty, eventAtMs: world.now() });
  world.take([at('ann', 'mule'), at('bob', 'mule')]);
  world.advance(noonMs + 60 * minuteMs);
  const [eve] = world.take([at('eve', null)]);
  world.advance(noonMs + 70 * minuteMs);
  world.take([at('eve', 'mule')]);
  world.advance(noonMs + 48 * 60 * minuteMs);
  const ofEve = world.told.filter(({ alertIds }) => alertIds.includes(eve?.alertId ?? ''));
  assert.ok(
    ofEve.some(({ reason }) => reason === 'escalation'),
    course(world.told).join(),
  );
});

test('Who is new in a group is told at once where all that was told of it is closed', () => {
  const world = worldOf(
    { groupBy: 'rule', waitSeconds: 60, updateMinutes: 120 },
    {
      receivers: [{ ...desk, closings: true }, boss],
    },
  );
  const [ann] = world.take([facts()]);
  world.advance(noonMs + 2 * minuteMs);
  world.take([facts({ account: 'eve', eventAtMs: world.now() })]);
  world.doTo(ann?.alertId ?? '', { kind: 'close', outcome: 'false_positive' });
  world.advance(noonMs + 60 * minuteMs);
  assert.deepEqual(course(world.told), ['first 1 1 desk', 'closed 2 1 desk', 'first 3 1 desk']);
});

test('An alert that was told and is over is not told again because another one makes it a case', () => {
  for (const groupBy of ['account', 'case']) {
    const world = worldOf({ waitSeconds: 0, groupBy });
    const [old] = world.take([facts({ counterparty: 'mule' })]);
    world.settle();
    world.doTo(old?.alertId ?? '', { kind: 'close', outcome: 'true_positive' });
    world.advance(noonMs + 24 * hourMs);
    world.take([facts({ account: 'bob', counterparty: 'mule', eventAtMs: noonMs + 24 * hourMs })]);
    world.advance(noonMs + 48 * hourMs);
    assert.equal(world.told.filter(({ alertIds }) => alertIds.includes(old?.alertId ?? '')).length, 1);
    assert.equal(world.told.length, 2);
  }
});

test('Who is on duty by the schedule is told of what grows then, and nobody else', () => {
  const routes = [
    { id: 'day', match: { during: 'day' }, to: ['desk'], waitSeconds: 0 },
    { id: 'night', to: ['boss'], waitSeconds: 0 },
  ];
  const schedules = { day: { timeZone: 'UTC', times: [{ from: '08:00', to: '12:20' }] } };
  const world = createWorld(routingOf({ receivers: [desk, boss], schedules, routes }), noonMs);
  world.take([facts()]);
  world.advance(noonMs + 20 * minuteMs);
  world.take([facts({ eventAtMs: noonMs + 20 * minuteMs })]);
  world.advance(noonMs + 24 * hourMs);
  assert.deepEqual(course(world.told), ['first 0 1 desk', 'first 20 1 boss']);
});

test('An update is promised no later than it may come, after an escalation too', () => {
  const escalate = [{ afterMinutes: 20, to: ['boss'] }];
  const world = worldOf({ waitSeconds: 60, updateMinutes: 15, escalate });
  world.take([facts()]);
  world.advance(noonMs + 21 * minuteMs);
  const [, escalation] = world.told;
  assert.equal(escalation?.reason, 'escalation');
  world.take([facts({ eventAtMs: noonMs + 21 * minuteMs })]);
  world.advance(noonMs + hourMs);
  const promised = escalation.next.find(({ why }) => why === 'update')?.atMs;
  assert.equal(promised, noonMs + 22 * minuteMs);
  assert.equal(world.told[2]?.atMs, promised);
});

test('Where no more can be gathered for a receiver, a group waits with what it has to tell', () => {
  const limited = { ...desk, rateLimit: { most: 2, perMinutes: 10 } };
  const routes = [{ id: 'all', to: ['desk'], waitSeconds: 0 }];
  const world = createWorld(routingOf({ receivers: [limited], routes }), noonMs);
  world.take([facts(), facts({ account: 'bob' })]);
  const [one, other] = [...world.groups.values()];
  assert.ok(one && other);
  const ids = gatheringIdsFor(world.routing(), one);
  for (const [part, groupId] of ids.entries()) {
    const members = Array.from({ length: 500 }, (_, index) => ({
      ...{ alertId: `${part} ${index}`, toldRevision: 0, toldTransactions: 0, isOwed: true },
    }));
    world.groups.set(groupId, {
      ...one,
      groupId,
      routeId: 'summary desk',
      members,
      nextAtMs: noonMs + hourMs,
    });
  }
  world.settle();
  assert.equal(world.told.length, 1);
  const waiting = [one, other].flatMap(({ groupId }) => world.groups.get(groupId) ?? []);
  assert.deepEqual(
    waiting.flatMap(({ nextAtMs, owedSinceMs }) => (owedSinceMs === null ? [] : [nextAtMs])),
    [noonMs + minuteMs],
  );
});

const pager = (world: ReturnType<typeof worldOf>) =>
  world.told.filter(({ reason }) => reason === 'closed').map(({ receivers }) => receivers);

test('That an alert is closed is told to a pager at once, also long after it was forgotten', () => {
  const world = createWorld(
    routingOf({
      receivers: [
        { id: 'desk', channel: 'mail', to: ['desk@bank.example'] },
        { id: 'boss', channel: 'pagerduty', routingKeyFile: 'key' },
      ],
      routes: [{ id: 'all', to: ['desk'], waitSeconds: 0, escalate: [{ afterMinutes: 5, to: ['boss'] }] }],
    }),
    noonMs,
  );
  const [alert] = world.take([facts()]);
  assert.ok(alert);
  world.advance(noonMs + 10 * minuteMs);
  world.doTo(alert.alertId, { kind: 'acknowledge' });
  // Another episode of the account: the group forgets what is over and in somebody's hands.
  world.advance(noonMs + 30 * hourMs);
  world.take([facts({ eventAtMs: noonMs + 30 * hourMs })]);
  world.advance(noonMs + 40 * hourMs);
  const members = [...world.groups.values()].flatMap((group) => group.members);
  assert.ok(members.every(({ alertId }) => alertId !== alert.alertId));
  world.doTo(alert.alertId, { kind: 'close', outcome: 'false_positive' });
  world.settle();
  const revision = world.alerts.get(alert.alertId)?.revision;
  const receivers = [{ receiverId: 'boss', deliveryKey: `${alert.alertId}-${revision}-boss` }];
  assert.deepEqual(pager(world), [receivers]);
  world.advance(noonMs + 60 * hourMs);
  assert.equal(pager(world).length, 1);
  assert.ok([...world.groups.values()].every(({ members }) => members.length > 0));
});

const toldOfClosing = { receivers: [{ ...desk, closings: true }, boss] };

test('Many that are closed at once are told ten at a time, so that each can be ended', () => {
  const world = worldOf({ waitSeconds: 0, groupBy: 'route' }, toldOfClosing);
  const taken = world.take(Array.from({ length: 25 }, (_, index) => facts({ account: `a${index}` })));
  world.settle();
  for (const { alertId } of taken) world.doTo(alertId, { kind: 'close', outcome: 'true_positive' });
  world.settle();
  const closed = world.told.filter(({ reason }) => reason === 'closed');
  assert.deepEqual(
    closed.map(({ alertIds }) => alertIds.length),
    [10, 10, 5],
  );
  assert.equal(new Set(closed.flatMap(({ alertIds }) => alertIds)).size, 25);
  assert.equal(world.groups.size, 0);
});

test('What nobody was told of is closed without a word', () => {
  const world = worldOf({ waitSeconds: 60 }, toldOfClosing);
  const [alert] = world.take([facts()]);
  world.doTo(alert?.alertId ?? '', { kind: 'close', outcome: 'false_positive' });
  world.advance(noonMs + hourMs);
  assert.deepEqual(world.told, []);
});

test('An update says how much of each alert was told before', () => {
  const world = worldOf({ waitSeconds: 0, groupBy: 'route' });
  const [alert] = world.take([facts(), facts()]);
  assert.ok(alert);
  world.settle();
  world.take([facts(), facts({ account: 'bob' })]);
  world.advance(noonMs + 20 * minuteMs);
  assert.deepEqual(
    world.told.map(({ toldTransactions }) => toldTransactions),
    [{}, { [alert.alertId]: 2 }],
  );
});
