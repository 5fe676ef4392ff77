import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertChange, Routing } from '@weir/alerts';
import { readRouting } from '@weir/alerts';
import { createMemoryAlertStore } from '@weir/alert-store/memory';
import { plainColumns } from '../deliver/fixtures/plain-columns.ts';
import { channelsOf, scriptedReceiver } from '../deliver/fixtures/scripted-receiver.ts';
import { createVirtualTime } from '../deliver/fixtures/virtual-time.ts';
import { unusualAlertRow } from '../fixtures/alerts.ts';
import { joinAlerts } from './join-alerts.ts';
import { startNotifier } from './notifier.ts';

const startMs = Date.UTC(2025, 5, 16, 9);
const minuteMs = 60_000;
const nothing = (): void => undefined;

function routingOf(routes: readonly object[]): Routing {
  const mail = (id: string) => ({ id, channel: 'mail', to: [`${id}@bank.example`] });
  const read = readRouting({ receivers: ['desk', 'boss'].map(mail), routes });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.routing;
}

test('A receiver that another document moves to a route that still waits is told under a key of its own', async () => {
  const time = createVirtualTime(startMs);
  const store = createMemoryAlertStore();
  const channels = channelsOf(['desk', 'boss'].map((id) => scriptedReceiver(time, id, { name: 'mail' })));
  const daily = { id: 'daily', to: ['boss'], waitSeconds: 600, continue: true };
  let routing = routingOf([daily, { id: 'all', to: ['desk'], waitSeconds: 0 }]);
  const notifier = startNotifier({
    ...{ store, clock: time.clock, random: () => 0.5, columns: plainColumns },
    opening: { opener: { open: async () => [], forget: nothing, close: nothing }, environment: 'test' },
    routes: () => ({ routing, channels }),
    observe: { told: nothing, dropped: nothing, waiting: nothing },
    onTold: nothing,
  });
  const alert = unusualAlertRow({ openedAtMs: startMs, changedAtMs: startMs, revision: 1 });
  const { alertId } = alert;
  const opened: AlertChange = {
    ...{ alertId, revision: 1, atMs: startMs, action: 'opened', from: 'new', to: 'new', entryId: null },
    actor: { kind: 'weir', name: 'weir' },
  };
  await store.transaction(async (rows) => {
    await rows.saveAlerts([{ alert, sealed: new Uint8Array() }]);
    await joinAlerts(rows, routing, { alerts: [alert], changes: [opened], nowMs: startMs });
  });
  notifier.nudge();
  await time.pass(minuteMs);
  routing = routingOf([{ ...daily, to: ['boss', 'desk'] }]);
  await time.pass(20 * minuteMs);
  await notifier.stop();
  await notifier.done;
  const told = await store.deliveriesOfAlert(alertId, 10);
  assert.deepEqual(told.map(({ receiverId }) => receiverId).sort(), ['boss', 'desk', 'desk']);
  assert.equal(new Set(told.map(({ deliveryKey }) => deliveryKey)).size, 3);
});
