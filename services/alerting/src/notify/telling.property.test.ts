import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, AlertChange, Routing } from '@weir/alerts';
import { readRouting } from '@weir/alerts';
import type { AlertStore } from '@weir/alert-store';
import { createMemoryAlertStore } from '@weir/alert-store/memory';
import fc from 'fast-check';
import { startDeliverer } from '../deliver/deliverer.ts';
import { plainColumns } from '../deliver/fixtures/plain-columns.ts';
import { accepted, away, channelsOf, scriptedReceiver } from '../deliver/fixtures/scripted-receiver.ts';
import type { ScriptedReceiver } from '../deliver/fixtures/scripted-receiver.ts';
import { createVirtualTime } from '../deliver/fixtures/virtual-time.ts';
import type { VirtualTime } from '../deliver/fixtures/virtual-time.ts';
import { createGoneReceivers } from '../deliver/gone-receivers.ts';
import { createNotificationCache } from '../deliver/notification-cache.ts';
import { createOutages } from '../deliver/outages.ts';
import { unusualAlertRow } from '../fixtures/alerts.ts';
import { createLife, mortalReceiver, mortalStore } from './fixtures/mortal.ts';
import type { Life } from './fixtures/mortal.ts';
import { joinAlerts } from './join-alerts.ts';
import { startNotifier } from './notifier.ts';

const startMs = Date.UTC(2025, 5, 16, 9);
const minuteMs = 60_000;

function routingOf(): Routing {
  const read = readRouting({
    receivers: [
      { id: 'analysts', channel: 'mail', to: ['night@bank.example', 'day@bank.example'] },
      {
        id: 'console',
        channel: 'webhook',
        url: 'https://hooks.bank.example/',
        secretsFile: 'secrets',
        rateLimit: { most: 3, perMinutes: 10 },
      },
    ],
    routes: [
      { id: 'critical', match: { severityAtLeast: 'critical' }, to: ['analysts', 'console'], waitSeconds: 0 },
      { id: 'all', to: ['analysts', 'console'], waitSeconds: 10, updateMinutes: 5 },
    ],
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.routing;
}

/** Numbers in [0, 1) that a seed gives, always the same ones (mulberry32 of T. Ettinger). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A notifier and a deliverer over the store, on a life of their own. */
function startProcess(
  world: {
    readonly time: VirtualTime;
    readonly store: AlertStore;
    readonly receivers: readonly ScriptedReceiver[];
    readonly routing: Routing;
    readonly random: () => number;
  },
  owner: string,
  life: Life,
) {
  const { time, routing, random } = world;
  const { clock, now } = time;
  const store = mortalStore(world.store, life);
  const channels = channelsOf(world.receivers.map((receiver) => mortalReceiver(receiver, life)));
  const nothing = (): void => undefined;
  const deliverer = startDeliverer({
    ...{ store, owner, clock, random, channels: () => channels },
    observe: { attempted: nothing, left: nothing, leaseLost: nothing, waiting: nothing },
    readNotification: createNotificationCache({ stored: store.notification, columns: plainColumns }),
    gone: createGoneReceivers({ store, channels: () => channels, owner, now }),
    outages: createOutages({
      ...{ store, columns: plainColumns, channels: () => channels, environment: 'test', now },
      onOutage: nothing,
      onTold: () => deliverer.nudge(),
    }),
  });
  const notifier = startNotifier({
    ...{ store, clock, random, columns: plainColumns },
    opening: { opener: { open: async () => [], forget: nothing, close: nothing }, environment: 'test' },
    routes: () => ({ routing, channels }),
    observe: { told: nothing, dropped: nothing, waiting: nothing },
    onTold: deliverer.nudge,
  });
  return {
    life,
    nudge: notifier.nudge,
    failed: Promise.race([notifier.done, deliverer.done]),
  };
}

/** Alerts that open and grow, as intake would have them. */
function createAlerts(store: AlertStore, routing: Routing, now: () => number) {
  const alerts: Alert[] = [];
  async function write(alert: Alert, action: AlertChange['action']): Promise<void> {
    const { alertId, revision } = alert;
    const change: AlertChange = {
      ...{ alertId, revision, atMs: now(), action, from: 'new', to: 'new', entryId: null },
      actor: { kind: 'weir', name: 'weir' },
    };
    await store.transaction(async (rows) => {
      await rows.saveAlerts([{ alert, sealed: new Uint8Array() }]);
      await joinAlerts(rows, routing, { alerts: [alert], changes: [change], nowMs: now() });
    });
  }
  return {
    all: () => alerts,
    open: async (severity: Alert['severity']) => {
      const number = alerts.length + 1;
      const alert = unusualAlertRow({
        alertId: number.toString(16).padStart(64, '0'),
        account: `a1_${String(number).padStart(22, 'A')}`,
        episodeKey: `t bank-a ${number}`,
        severity,
        ...{ openedAtMs: now(), changedAtMs: now(), counterparties: [], caseId: null },
      });
      alerts.push(alert);
      await write(alert, 'opened');
    },
    grow: async (index: number) => {
      const before = alerts[index];
      if (before === undefined) return;
      const alert: Alert = {
        ...before,
        revision: before.revision + 1,
        changedAtMs: now(),
        ...{ transactions: before.transactions + 1, held: before.held + 1 },
      };
      alerts[index] = alert;
      await write(alert, 'grew');
    },
  };
}

const severities = ['medium', 'high', 'critical'] as const;

/** Ten minutes of two processes that are killed at any step, and then time for all that is due to arrive. */
async function runWorld(seed: number) {
  const random = randomOf(seed);
  const chance = (probability: number): boolean => random() < probability;
  const time = createVirtualTime(startMs);
  const routing = routingOf();
  const store = createMemoryAlertStore();
  const receivers = [
    scriptedReceiver(time, 'analysts', { name: 'mail', targets: ['0a1b2c3d', '4e5f6071'], maxParallel: 2 }),
    scriptedReceiver(time, 'console'),
  ];
  const alerts = createAlerts(store, routing, time.now);
  const world = { time, store, receivers, routing, random };
  let areFaultsOn = true;
  let kills = 0;
  for (const receiver of receivers) receiver.answer = () => (areFaultsOn && chance(0.2) ? away : accepted);
  const lifeOf = (): Life =>
    createLife(
      () => {
        const dies = areFaultsOn && chance(0.02);
        if (dies) kills += 1;
        return dies;
      },
      () => Math.floor(random() * 4),
    );
  let owners = 0;
  const start = () => startProcess(world, `process-${(owners += 1)}`, lifeOf());
  const processes = [start(), start()];
  const failures: unknown[] = [];
  const watch = ({ failed }: ReturnType<typeof start>) =>
    void failed.catch((error: unknown) => failures.push(error));
  processes.forEach(watch);
  for (let step = 0; step < 60; step += 1) {
    if (chance(0.4)) await alerts.open(severities[Math.floor(random() * 3)] ?? 'high');
    if (chance(0.3)) await alerts.grow(Math.floor(random() * alerts.all().length));
    processes.forEach((one, index) => {
      if (one.life.isAlive()) return chance(0.5) ? one.nudge() : undefined;
      if (chance(0.5)) watch((processes[index] = start()));
    });
    await time.pass(10_000);
  }
  areFaultsOn = false;
  for (const [index, one] of processes.entries())
    if (!one.life.isAlive()) watch((processes[index] = start()));
  await time.pass(45 * minuteMs);
  for (const { life } of processes) life.kill();
  if (failures.length > 0) throw failures[0];
  return { alerts: alerts.all(), receivers, store, kills };
}

type World = Awaited<ReturnType<typeof runWorld>>;

/** Each alert in its last revision, by each receiver, at each of its targets. */
function assertAllTold({ alerts, receivers }: World): void {
  for (const { channel, sent } of receivers)
    for (const target of channel.targets) {
      const told = new Map<string, number>();
      for (const { notification } of sent.filter((one) => one.target === target)) {
        for (const { alert } of notification.alerts)
          told.set(alert.alertId, Math.max(told.get(alert.alertId) ?? 0, alert.revision));
        for (const alertId of notification.moreAlertIds) told.set(alertId, Number.POSITIVE_INFINITY);
      }
      for (const { alertId, revision } of alerts)
        assert.ok(
          (told.get(alertId) ?? 0) >= revision,
          `${channel.receiverId} ${target}: alert ${alertId.slice(-4)} at ${revision}, told ${told.get(alertId)}`,
        );
    }
}

/** Whatever is sent again under one key says the very same. */
function assertOneContentPerKey({ receivers }: World): void {
  for (const { sent } of receivers)
    for (const [key, ofKey] of Map.groupBy(sent, ({ deliveryKey }) => deliveryKey))
      assert.equal(new Set(ofKey.map(({ notification }) => JSON.stringify(notification))).size, 1, key);
}

/** News of an alert comes to a receiver under one key alone, whichever process plans it. */
function assertNoNewsTwice({ receivers }: World): void {
  for (const { channel, sent } of receivers) {
    const news = new Map<string, Set<string>>();
    for (const { deliveryKey, notification } of sent) {
      if (!['first', 'update'].includes(notification.reason)) continue;
      for (const { alert, toldRevision } of notification.alerts) {
        if (toldRevision >= alert.revision) continue;
        const named = `${notification.routeId} ${alert.alertId} ${alert.revision}`;
        news.set(named, (news.get(named) ?? new Set()).add(deliveryKey));
      }
    }
    for (const [named, keys] of news)
      assert.equal(keys.size, 1, `${channel.receiverId}: ${named} by ${[...keys].join(' and ')}`);
  }
}

test('Two processes that are killed at any step tell every alert, news once, and one thing per key', async () => {
  let kills = 0;
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const world = await runWorld(seed);
      assertAllTold(world);
      assertOneContentPerKey(world);
      assertNoNewsTwice(world);
      kills += world.kills;
      sent += world.receivers.reduce((sum, receiver) => sum + receiver.sent.length, 0);
    }),
    { numRuns: 10 },
  );
  assert.ok(kills > 20 && sent > 200, `${kills} kills and ${sent} messages`);
});
