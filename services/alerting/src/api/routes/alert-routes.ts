import type { ApiCaller } from '@weir/access';
import { granted, readAs } from '@weir/access';
import {
  alertAct,
  alertEntriesQuery,
  alertListQuery,
  formatInstant,
  releaseApproval,
  releaseRequest,
  type ActedAnswer,
  type AlertChangesAnswer,
  type AlertDetailAnswer,
  type AlertEntriesAnswer,
  type AlertListAnswer,
  type DeliveriesAnswer,
  type ReleasedAnswer,
} from '@weir/contracts';
import type { Alert } from '@weir/alerts';
import { changeCell } from '../../store/store-columns.ts';
import { actOnAlert } from '../acts/act-on-alert.ts';
import { approveRelease, requestRelease, type Released } from '../acts/release.ts';
import { alertAnswerOf, caseAnswerOf, deliveryAnswerOf, entryAnswerOf, releaseAnswerOf } from '../answers.ts';
import { apiLimits } from '../api-limits.ts';
import type { ApiPorts } from '../api-ports.ts';
import { tenantSeenBy } from '../caller.ts';
import { findAlert } from '../find-alert.ts';
import type { AddRoute } from './add-route.ts';

/** `/v1/alerts` and what is done about one. */
export function addAlertRoutes(add: AddRoute, ports: ApiPorts): void {
  add('GET', '/v1/alerts', 'alerts:read', ({ caller, query }) => listAlerts(ports, caller, query));
  add('GET', '/v1/alerts/:id', 'alerts:read', async ({ caller, id }) => {
    const { alert } = granted(await findAlert(ports, caller, id));
    return detailOf(ports, alert);
  });
  add('GET', '/v1/alerts/:id/entries', 'alerts:read', async ({ caller, id, query }) => {
    const { alert } = granted(await findAlert(ports, caller, id));
    return entriesOf(ports, alert, query);
  });
  add('GET', '/v1/alerts/:id/changes', 'alerts:read', async ({ caller, id }) => {
    const { alert } = granted(await findAlert(ports, caller, id));
    return changesOf(ports, alert);
  });
  add('GET', '/v1/alerts/:id/deliveries', 'alerts:read', async ({ caller, id }) => {
    const { alert } = granted(await findAlert(ports, caller, id));
    const found = await ports.store.deliveriesOfAlert(alert.alertId, apiLimits.mostDeliveriesShown);
    return { deliveries: found.map(deliveryAnswerOf) } satisfies DeliveriesAnswer;
  });
  add('POST', '/v1/alerts/:id/acts', 'alerts:act', async ({ caller, id, body }) => {
    const acted = granted(await actOnAlert(ports, caller, id, readAs(alertAct, body)));
    return {
      alert: alertAnswerOf(acted.alert),
      changed: acted.kind === 'changed',
    } satisfies ActedAnswer;
  });
  add('POST', '/v1/alerts/:id/release', 'alerts:release', async ({ caller, id, body }) => {
    const { alert, answer } = granted(await requestRelease(ports, caller, id, readAs(releaseRequest, body)));
    return releasedAnswerOf(alert, answer);
  });
  add('POST', '/v1/alerts/:id/release/approval', 'alerts:approve', async ({ caller, id, body }) => {
    const { alert, answer } = granted(await approveRelease(ports, caller, id, readAs(releaseApproval, body)));
    return releasedAnswerOf(alert, answer);
  });
}

const releasedAnswerOf = (alert: Alert, { requested, approved, unchanged }: Released): ReleasedAnswer => ({
  alert: alertAnswerOf(alert),
  requested: [...requested],
  approved: [...approved],
  unchanged: [...unchanged],
});

async function listAlerts(
  { store }: ApiPorts,
  caller: ApiCaller,
  query: Readonly<Record<string, unknown>>,
): Promise<AlertListAnswer> {
  const asked = readAs(alertListQuery, query);
  const limit = Math.min(asked.limit ?? apiLimits.alertsShown, apiLimits.mostAlertsShown);
  const tenant = tenantSeenBy(caller);
  // Of another tenant there is nothing to see, which is what a list says of it.
  if (tenant !== undefined && asked.tenant !== undefined && asked.tenant !== tenant)
    return { alerts: [], next: null };
  const tenants = { tenant: tenant ?? asked.tenant };
  const [changedAtMs = '', alertId = ''] = asked.after?.split('-') ?? [];
  const alerts = await store.listAlerts({
    ...(tenants.tenant === undefined ? {} : { tenant: tenants.tenant }),
    ...(asked.state === undefined ? {} : { states: asked.state }),
    ...(asked.case === undefined ? {} : { caseId: asked.case }),
    ...(asked.account === undefined ? {} : { account: asked.account }),
    ...(asked.after === undefined ? {} : { before: { changedAtMs: Number(changedAtMs), alertId } }),
    limit,
  });
  const last = alerts.at(-1);
  return {
    alerts: alerts.map(alertAnswerOf),
    next: last === undefined || alerts.length < limit ? null : `${last.changedAtMs}-${last.alertId}`,
  };
}

async function detailOf({ store }: ApiPorts, alert: Alert): Promise<AlertDetailAnswer> {
  const [found] = alert.caseId === null ? [] : await store.cases([alert.caseId]);
  const releases = await store.releaseRequestsOf(alert.alertId);
  const groups = await store.transaction((rows) => rows.groupsOfAlerts([alert.alertId]));
  return {
    alert: alertAnswerOf(alert),
    case: found === undefined ? null : caseAnswerOf(found),
    releases: releases.map(releaseAnswerOf),
    next: groups.map(({ routeId, key, nextAtMs }) => ({
      route: routeId,
      group: key,
      at: nextAtMs === null ? null : formatInstant(nextAtMs),
    })),
  };
}

async function entriesOf(
  { store }: ApiPorts,
  alert: Alert,
  query: Readonly<Record<string, unknown>>,
): Promise<AlertEntriesAnswer> {
  const { from = 0, limit: wished = apiLimits.entriesShown } = readAs(alertEntriesQuery, query);
  const limit = Math.min(wished, apiLimits.mostEntriesShown);
  const entries = await store.entriesOf(alert.alertId, from, limit);
  const last = entries.at(-1);
  return {
    entries: entries.map(entryAnswerOf),
    next: last === undefined || entries.length < limit ? null : last.entry.ordinal + 1,
  };
}

async function changesOf({ store, columns }: ApiPorts, alert: Alert): Promise<AlertChangesAnswer> {
  const stored = await store.changesOf(alert.alertId, apiLimits.mostChangesShown);
  const told = stored.flatMap(({ change, sealedReason }) =>
    sealedReason === undefined ? [] : [{ change, sealed: sealedReason }],
  );
  const opened = await columns.open(
    told.map(({ change, sealed }) => ({ ...changeCell(alert.tenant, change), sealed })),
  );
  const reasons = new Map(
    told.map(({ change }, index) => [change.revision, opened[index]?.toString('utf8') ?? null]),
  );
  return {
    changes: stored.map(({ change }) => ({
      revision: change.revision,
      at: formatInstant(change.atMs),
      by: { ...change.actor },
      action: change.action,
      from: change.from,
      to: change.to,
      transaction: change.entryId,
      reason: reasons.get(change.revision) ?? null,
    })),
  };
}
