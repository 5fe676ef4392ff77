import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlannedNotification } from '@weir/alerts';
import type { AlertStore, StoredEntry } from '@weir/alert-store';
import { createIntakeWorld, identityAt } from '../intake/fixtures/intake-world.ts';
import { takeInRun } from '../intake/take-in-run.ts';
import type { Notification } from '../notification.ts';
import { composeNotifications } from './compose-notification.ts';
import type { ComposingParts, Telling } from './compose-notification.ts';

const minute = (number: number): string => `2025-06-15T12:0${number}:00.000Z`;

async function composeOne(parts: ComposingParts, telling: Telling): Promise<Notification> {
  const [notification] = await composeNotifications(parts, [telling]);
  return notification ?? assert.fail('one telling gives one notification');
}

/** An alert of four transactions, the second of them the gravest, as intake takes them in. */
async function worldWithAlert() {
  const world = createIntakeWorld();
  const severe = { rule: 'r', severity: 'critical', contribution: 0.9, features: [] } as const;
  const records = [
    await world.heldRecord(0, { transaction: { eventTime: minute(0) } }),
    await world.heldRecord(1, {
      transaction: { eventTime: minute(1) },
      verdict: { reasons: [{ ...severe, features: [] }], score: 0.9 },
    }),
    await world.heldRecord(2, { transaction: { eventTime: minute(2) } }),
    await world.heldRecord(3, { transaction: { eventTime: minute(3) } }),
  ];
  const input = { stream: 'held', partition: 2 } as const;
  const taken = await takeInRun(world.parts, input, { from: undefined, next: 4, records });
  assert.equal(taken.kind, 'taken');
  const alerts = await world.store.listAlerts({ limit: 10 });
  const [alert] = alerts;
  assert.ok(alert !== undefined && alerts.length === 1);
  const compose = (
    changed: Partial<PlannedNotification> = {},
    store: Pick<AlertStore, 'entriesById' | 'cases'> = world.store,
  ) =>
    composeOne(
      { store, opening: world.parts.opening },
      {
        group: { lastToldAtMs: 7 },
        alerts,
        nowMs: 9,
        planned: {
          ...{ notificationId: 'n1', reason: 'update', routeId: 'all', groupKey: 'account a', next: [] },
          ...{ threadId: alert.alertId, alertIds: [alert.alertId] },
          ...{ toldRevisions: { [alert.alertId]: 3 }, toldTransactions: { [alert.alertId]: 2 } },
          receivers: [],
          ...changed,
        },
      },
    );
  return { world, alert, compose };
}

/** The store as it is, but for what it answers about entries. */
const withEntries = (
  store: AlertStore,
  change: (entries: readonly StoredEntry[]) => readonly StoredEntry[],
): Pick<AlertStore, 'entriesById' | 'cases'> => ({
  cases: store.cases,
  entriesById: async (entryIds) => change(await store.entriesById(entryIds)),
});

test('An alert is told with the evidence of its gravest transaction, its latest and its first, opened', async () => {
  const { alert, compose } = await worldWithAlert();
  const { alerts, ...told } = await compose();
  assert.deepEqual(
    alerts[0]?.entries.map(({ entry, finding }) => [
      entry.entryId,
      finding?.kind === 'transaction' ? finding.judged.transaction.transactionId : undefined,
    ]),
    [1, 3, 0].map((offset) => [identityAt(offset), `TX-${offset}`]),
  );
  assert.deepEqual([alerts[0]?.toldRevision, alerts[0]?.toldTransactions], [3, 2]);
  assert.deepEqual(
    [told.alertCount, told.transactionCount, told.accountCount, told.lastToldAtMs, told.createdAtMs],
    [1, 4, 1, 7, 9],
  );
  assert.equal(told.threadId, alert.alertId);
});

test('Where evidence is missing, was changed or is that of another transaction, its facts are told alone', async () => {
  const { world, compose } = await worldWithAlert();
  const findingsOf = async (change: (entries: readonly StoredEntry[]) => readonly StoredEntry[]) => {
    const { alerts } = await compose({}, withEntries(world.store, change));
    return alerts[0]?.entries.map(({ finding }) => finding?.kind);
  };
  assert.deepEqual(await findingsOf((entries) => entries.map((one) => ({ ...one, record: undefined }))), [
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual(
    await findingsOf((entries) =>
      entries.map(({ entry, record }, index) => ({
        entry,
        record: entries[(index + 1) % entries.length]?.record ?? record,
      })),
    ),
    [undefined, undefined, undefined],
  );
  assert.deepEqual(
    await findingsOf((entries) =>
      entries.map(({ entry, record }) => {
        if (record === undefined || entry.entryId !== identityAt(3)) return { entry, record };
        const value = Buffer.from(record.value);
        value.set([(value.at(-1) ?? 0) ^ 1], value.length - 1);
        return { entry, record: { ...record, value } };
      }),
    ),
    ['transaction', undefined, 'transaction'],
  );
});

test('Ten alerts are told in detail and the rest by their ids', async () => {
  const { world, alert } = await worldWithAlert();
  const alerts = Array.from({ length: 30 }, (_, index) => ({
    ...alert,
    alertId: String(index).padStart(64, '0'),
    account: `a1_${String(index % 6).padStart(22, '0')}`,
  }));
  const told = await composeOne(
    { store: world.store, opening: world.parts.opening },
    {
      ...{ alerts, nowMs: 9, group: { lastToldAtMs: null } },
      planned: {
        ...{
          notificationId: 'n1',
          reason: 'summary',
          routeId: 'summary mail',
          groupKey: 'g',
          next: [],
          receivers: [],
        },
        ...{
          threadId: 't',
          alertIds: alerts.map(({ alertId }) => alertId),
          toldRevisions: {},
          toldTransactions: {},
        },
      },
    },
  );
  assert.equal(told.alerts.length, 10);
  assert.deepEqual(
    told.moreAlertIds,
    alerts.slice(10).map(({ alertId }) => alertId),
  );
  assert.deepEqual([told.alertCount, told.transactionCount, told.accountCount], [30, 120, 6]);
  assert.equal('lastToldAtMs' in told, false);
});
