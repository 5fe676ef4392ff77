import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRouting, joinGroups, planGroup } from '@weir/alerts';
import type { Alert, AlertChange, NotificationGroup } from '@weir/alerts';
import { unusualAlertRow } from '../fixtures/alerts.ts';
import type { GroupReading } from './group-reading.ts';
import { withGrowth } from './with-growth.ts';

const startMs = Date.UTC(2025, 5, 16, 9);
const routing = defaultRouting({ mailTo: ['analyst@localhost'] });
const alert = unusualAlertRow({ caseId: null });
const quiet = { routing, silences: [], inhibitors: [] };

function join(
  changed: Alert,
  action: AlertChange['action'],
  groups: readonly NotificationGroup[],
  nowMs: number,
) {
  const { alertId, revision, state } = changed;
  const change: AlertChange = {
    ...{ alertId, revision, atMs: nowMs, action, from: state, to: state, entryId: null },
    actor: { kind: 'weir', name: 'weir' },
  };
  return joinGroups({ routing, alerts: [changed], changes: [change], groups, nowMs }).groups;
}

const readingOf = (group: NotificationGroup, alerts: readonly Alert[]): GroupReading => ({
  ...{ group, alerts, receiverStates: new Map(), gathering: [] },
});

/** A group with one alert that is due, and the plan by which it is told first. */
function planned() {
  const [group] = join(alert, 'opened', [], startMs);
  assert.ok(group !== undefined);
  const nowMs = startMs + 10_000;
  const before = readingOf(group, [alert]);
  const plan = planGroup({ ...quiet, ...before, nowMs });
  assert.ok(plan.group !== undefined && plan.notification !== undefined);
  return { before, group: plan.group, nowMs };
}

test('What grew while its first revision was being told is owed, and told as an update when it is time for one', () => {
  const { before, group, nowMs } = planned();
  const grown = { ...alert, revision: 2, transactions: 3 };
  const [current] = join(grown, 'grew', [before.group], nowMs + 50);
  assert.ok(current !== undefined);
  const after = withGrowth(group, before, readingOf(current, [grown]), nowMs);
  assert.ok(after !== undefined);
  assert.deepEqual(after.members, [
    { alertId: alert.alertId, toldRevision: 1, toldTransactions: 2, isOwed: true },
  ]);
  assert.equal(after.version, current.version + 1);
  const soon = planGroup({ ...quiet, ...readingOf(after, [grown]), nowMs: nowMs + 100 });
  assert.equal(soon.notification, undefined);
  assert.equal(soon.group?.nextAtMs, nowMs + 15 * 60_000);
  const later = planGroup({ ...quiet, ...readingOf(soon.group, [grown]), nowMs: nowMs + 15 * 60_000 });
  assert.equal(later.notification?.reason, 'update');
});

test('A plan is void where somebody acknowledged the alert, it became graver, or another process told of it', () => {
  const { before, group, nowMs } = planned();
  for (const changed of [
    readingOf({ ...before.group, version: 9 }, [{ ...alert, revision: 2, state: 'acknowledged' }]),
    readingOf({ ...before.group, version: 9 }, [{ ...alert, revision: 2, severity: 'critical' }]),
    readingOf({ ...before.group, version: 9, told: 1, lastToldAtMs: nowMs }, [alert]),
    readingOf({ ...before.group, version: 9, members: [] }, []),
    { ...before, receiverStates: new Map([['mail', { toldAtMs: [nowMs], summaries: 0 }]]) },
  ])
    assert.equal(withGrowth(group, before, changed, nowMs), undefined);
});
