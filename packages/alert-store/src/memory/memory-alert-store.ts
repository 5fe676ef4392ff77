import type { Alert, AlertState, Delivery } from '@weir/alerts';
import { createTurns } from '@weir/runtime';
import { alertStates } from '../alert-states.ts';
import type { AlertQuery, AlertRows, AlertStore } from '../alert-store.ts';
import { outboxPageBytes } from '../outbox-page.ts';
import { deleteClosedInMemory } from './delete-closed.ts';
import { createMemoryRows } from './memory-rows.ts';
import { byNumber, createMemoryTables, deliveryId } from './memory-tables.ts';
import type { MemoryRows } from './memory-tables.ts';

/** The store in memory, for tests and the simulation: it keeps every promise of the port but that to outlive its process. */
export function createMemoryAlertStore(): AlertStore {
  const tables = createMemoryTables();
  const rows = tables.committed;
  const takeTurn = createTurns(1);

  const transaction: AlertStore['transaction'] = (work) =>
    takeTurn(async () => {
      const refused = new AbortController();
      try {
        const result = await work(noteRefusals(createMemoryRows(tables.pending), refused));
        // As with a database: after something was refused nothing is written, even where the work went on.
        refused.signal.throwIfAborted();
        tables.commit();
        return result;
      } finally {
        tables.rollback();
      }
    });

  return {
    transaction,
    ...dueMethods(rows),
    ...deliveryMethods(rows),
    ...readMethods(rows),

    outboxFrom: async (next, limit) => {
      let bytes = 0;
      return rows.outbox
        .find(({ number }) => number >= next && number < next + limit)
        .sort((left, right) => left.number - right.number)
        .filter(({ value }) => (bytes += value.length) - value.length < outboxPageBytes);
    },
    outboxStart: async () => rows.numbers.get('trimmed') ?? 0,
    trimOutbox: (next) => takeTurn(async () => trimOutbox(rows, next)),
    deleteClosed: (before, limit) => takeTurn(async () => deleteClosedInMemory(rows, before, limit)),
    counts: async () => countsOf(rows),
    close: async () => undefined,
  };
}

/** Notes what a row refused first. */
function noteRefusals(rows: AlertRows, refused: AbortController): AlertRows {
  const noted = Object.entries(rows).map(([name, method]) => [
    name,
    async (...given: unknown[]) => {
      try {
        return await (method as (...given: unknown[]) => Promise<unknown>)(...given);
      } catch (error) {
        refused.abort(error);
        throw error;
      }
    },
  ]);
  return Object.fromEntries(noted) as AlertRows;
}

/** What is due, or over. */
function dueMethods(rows: MemoryRows) {
  return {
    dueGroups: async (nowMs, limit) =>
      rows.groups
        .find(({ nextAtMs }) => nextAtMs !== null && nextAtMs <= nowMs)
        .sort(
          byNumber(
            ({ nextAtMs }) => nextAtMs ?? 0,
            ({ groupId }) => groupId,
          ),
        )
        .slice(0, limit),
    nextDueAtMs: async () => {
      const groups = rows.groups
        .find(({ nextAtMs }) => nextAtMs !== null)
        .map(({ nextAtMs }) => nextAtMs ?? 0);
      const deliveries = rows.deliveries.find(({ state }) => state === 'due').map(availableAtMs);
      const due = [...groups, ...deliveries];
      return due.length === 0 ? undefined : due.reduce((least, atMs) => Math.min(least, atMs));
    },
    activeSilences: async (nowMs) =>
      rows.silences
        .find(({ silence }) => silence.startsAtMs <= nowMs && nowMs < silence.endsAtMs)
        .sort(
          byNumber(
            ({ silence }) => silence.endsAtMs,
            ({ silence }) => silence.silenceId,
          ),
        ),
    snoozedUntil: async (nowMs, limit) =>
      rows.alerts
        .find(
          ({ alert }) =>
            alert.state === 'snoozed' && alert.snoozedUntilMs !== null && alert.snoozedUntilMs <= nowMs,
        )
        .map(({ alert }) => alert)
        .sort(byAlert((alert) => alert.snoozedUntilMs ?? 0))
        .slice(0, limit)
        .map(({ alertId }) => alertId),
    quietEpisodes: async (beforeMs, limit) =>
      rows.alerts
        .find(({ alert }) => alert.episodeEndedAtMs === null && alert.lastEventAtMs < beforeMs)
        .map(({ alert }) => alert)
        .sort(byAlert((alert) => alert.lastEventAtMs))
        .slice(0, limit)
        .map(({ alertId }) => alertId),
  } satisfies Partial<AlertStore>;
}

function deliveryMethods(rows: MemoryRows) {
  const copies = (found: readonly (Delivery & { readonly owner: string | null })[]): Delivery[] =>
    found.map(({ owner: _owner, ...delivery }) => delivery);
  return {
    claimDeliveries: async ({ nowMs, leaseUntilMs, owner, limit, perReceiver = limit, receivers }) => {
      const due = rows.deliveries
        .find(
          (one) => one.state === 'due' && receivers.includes(one.receiverId) && availableAtMs(one) <= nowMs,
        )
        .sort(byNumber(availableAtMs, deliveryId));
      const taken = new Map<string, number>();
      const claimed = due
        .filter(({ receiverId }) => {
          const before = taken.get(receiverId) ?? 0;
          taken.set(receiverId, before + 1);
          return before < perReceiver;
        })
        .slice(0, limit)
        .map((one) => ({ ...one, owner, leasedUntilMs: leaseUntilMs }));
      for (const one of claimed) rows.deliveries.set(deliveryId(one), one);
      return copies(claimed);
    },
    settleDelivery: async (owner, delivery) => {
      const stored = rows.deliveries.get(deliveryId(delivery));
      if (stored?.owner !== owner) return false;
      rows.deliveries.set(deliveryId(delivery), { ...delivery, leasedUntilMs: null, owner: null });
      return true;
    },
    notification: async (notificationId) => rows.notifications.get(notificationId),
    failedDeliveries: async (limit) =>
      copies(
        rows.deliveries
          .find(({ state }) => state === 'failed')
          .sort(byNumber((one) => -(one.settledAtMs ?? 0), deliveryId))
          .slice(0, limit),
      ),
    retryDeliveries: async (nowMs, wanted) => {
      const ids = wanted === 'all' ? undefined : new Set(wanted.map(deliveryId));
      const failed = rows.deliveries.find(
        (one) => one.state === 'failed' && (ids === undefined || ids.has(deliveryId(one))),
      );
      for (const one of failed) {
        const again = {
          state: 'due',
          attempts: 0,
          nextAtMs: nowMs,
          leasedUntilMs: null,
          settledAtMs: null,
        } as const;
        rows.deliveries.set(deliveryId(one), { ...one, ...again, owner: null });
      }
      return failed.length;
    },
    deliveriesOfAlert: async (alertId, limit) => {
      const told = rows.notifications.find(({ alertIds }) => alertIds.includes(alertId));
      const ids = new Set(told.map(({ notificationId }) => notificationId));
      return copies(
        rows.deliveries
          .find(({ notificationId }) => ids.has(notificationId))
          .sort(byNumber((one) => -one.createdAtMs, deliveryId))
          .slice(0, limit),
      );
    },
  } satisfies Partial<AlertStore>;
}

function readMethods(rows: MemoryRows) {
  return {
    listAlerts: async (query) =>
      rows.alerts
        .find(({ alert }) => isAsked(alert, query))
        .map(({ alert }) => alert)
        .sort((left, right) => (isBefore(left, right) ? 1 : -1))
        .slice(0, query.limit),
    alert: async (alertId) => rows.alerts.get(alertId),
    alertIdsBeginning: async (beginning, tenant) =>
      rows.alerts
        .find(
          ({ alert }) =>
            alert.alertId.startsWith(beginning) && (tenant === undefined || alert.tenant === tenant),
        )
        .map(({ alert }) => alert.alertId)
        .sort()
        .slice(0, 2),
    entriesOf: async (alertId, from, limit) =>
      rows.entries
        .find(({ entry }) => entry.alertId === alertId && entry.ordinal >= from)
        .sort((left, right) => left.entry.ordinal - right.entry.ordinal)
        .slice(0, limit),
    entriesById: async (entryIds) =>
      [...new Set(entryIds)].sort().flatMap((id) => rows.entries.get(id) ?? []),
    changesOf: async (alertId, limit) =>
      rows.changes
        .find(({ change }) => change.alertId === alertId)
        .sort((left, right) => right.number - left.number)
        .slice(0, limit)
        .map(({ change, sealedReason }) => ({ change, sealedReason })),
    cases: async (caseIds) => [...new Set(caseIds)].sort().flatMap((id) => rows.cases.get(id) ?? []),
    releaseRequestsOf: async (alertId) =>
      rows.releases
        .find((one) => one.alertId === alertId)
        .sort(
          byNumber(
            (one) => one.requestedAtMs,
            (one) => one.entryId,
          ),
        ),
  } satisfies Partial<AlertStore>;
}

/** When a delivery can be taken: not before it is due, nor while somebody holds it. */
const availableAtMs = (delivery: Delivery): number =>
  Math.max(delivery.nextAtMs, delivery.leasedUntilMs ?? 0);

const byAlert = (numberOf: (alert: Alert) => number) => byNumber(numberOf, (alert: Alert) => alert.alertId);

type Changed = Pick<Alert, 'changedAtMs' | 'alertId'>;

const isBefore = (left: Changed, right: Changed): boolean =>
  left.changedAtMs === right.changedAtMs
    ? left.alertId < right.alertId
    : left.changedAtMs < right.changedAtMs;

const isAsked = (alert: Alert, { tenant, states, caseId, account, before }: AlertQuery): boolean =>
  (tenant === undefined || alert.tenant === tenant) &&
  (states === undefined || states.includes(alert.state)) &&
  (caseId === undefined || alert.caseId === caseId) &&
  (account === undefined || alert.account === account) &&
  (before === undefined || isBefore(alert, before));

function trimOutbox(rows: MemoryRows, next: number): void {
  const start = rows.numbers.get('trimmed') ?? 0;
  const end = Math.min(next, rows.numbers.get('outbox') ?? 0);
  for (let number = start; number < end; number += 1) rows.outbox.delete(String(number));
  rows.numbers.set('trimmed', Math.max(start, end));
}

function countsOf(rows: MemoryRows): Awaited<ReturnType<AlertStore['counts']>> {
  const alerts = rows.alerts.find(() => true);
  const countOf = (state: AlertState): number => alerts.filter(({ alert }) => alert.state === state).length;
  const deliveries = new Map<string, { channel: string; state: string; count: number }>();
  for (const { channel, state } of rows.deliveries.find(() => true)) {
    const counted = deliveries.get(`${channel} ${state}`) ?? { channel, state, count: 0 };
    deliveries.set(`${channel} ${state}`, { ...counted, count: counted.count + 1 });
  }
  return {
    alerts: Object.fromEntries(alertStates.map((state) => [state, countOf(state)])) as Record<
      AlertState,
      number
    >,
    deliveries: [...deliveries.values()].sort((left, right) =>
      left.channel + left.state < right.channel + right.state ? -1 : 1,
    ),
    outbox: (rows.numbers.get('outbox') ?? 0) - (rows.numbers.get('trimmed') ?? 0),
  };
}
