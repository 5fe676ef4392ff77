import type { AlertCase, AlertState } from '@weir/alerts';
import { alertStates } from '../alert-states.ts';
import type { AlertStore, ReleaseRequest, StoredNotification } from '../alert-store.ts';
import type { Database, Query } from './database.ts';
import { outboxPageBytes } from '../outbox-page.ts';
import { deleteClosed } from './delete-closed.ts';
import { deliveryQueries } from './delivery-queries.ts';
import { listAlerts } from './list-alerts.ts';
import { selectGroups } from './select-groups.ts';
import { createSqlRows } from './sql-rows.ts';
import {
  alertOfRow,
  alertsTable,
  casesTable,
  changeOfRow,
  changesTable,
  entriesTable,
  entryOfRow,
  notificationsTable,
  outboxTable,
  releasesTable,
  silenceOfRow,
  silencesTable,
} from './tables.ts';
import type { AlertRow, ChangeRow, OutboxRow, SilenceRow, StoredEntryRow } from './tables.ts';

/**
 * Every transaction takes this row first: so they run one after another whichever process they are of, none
 * can wait for another in a circle, and the numbers of the outbox have the order of the commits.
 */
const takeTurn = 'select next from weir.outbox_head for update';

/** The store in a PostgreSQL whose tables are there. */
export function createSqlAlertStore(database: Database): AlertStore {
  const { query } = database;
  return {
    transaction: (work) => database.transaction(takeTurn, (inside) => work(createSqlRows(inside))),
    ...dueQueries(query),
    ...deliveryQueries(query),
    ...alertQueries(query),
    ...outboxQueries(query),
    deleteClosed: (beforeMs, limit) =>
      database.transaction(takeTurn, (inside) => deleteClosed(inside, beforeMs, limit)),
    counts: () => readCounts(query),
    close: database.close,
  };
}

function dueQueries(query: Query) {
  const idsOf = async (where: string, order: string, beforeMs: number, limit: number) => {
    const rows = await query<{ id: string }>(
      `select alert_id as id from weir.alerts where ${where} order by ${order}, alert_id limit $2`,
      [beforeMs, limit],
    );
    return rows.map(({ id }) => id);
  };
  return {
    dueGroups: (nowMs, limit) =>
      selectGroups(query, 'where next_at_ms <= $1 order by next_at_ms, group_id limit $2', [nowMs, limit]),
    nextDueAtMs: async () => {
      const [row] = await query<{ at: number | null }>(
        `select least(
           (select min(next_at_ms) from weir.groups where next_at_ms is not null),
           (select min(greatest(next_at_ms, coalesce(leased_until_ms, 0))) from weir.deliveries where state = 'due')
         ) as at`,
      );
      return row?.at ?? undefined;
    },
    activeSilences: async (nowMs) => {
      const rows = await query<SilenceRow>(
        `select ${silencesTable.columns} from weir.silences
         where starts_at_ms <= $1 and ends_at_ms > $1 order by ends_at_ms, silence_id`,
        [nowMs],
      );
      return rows.map(silenceOfRow);
    },
    snoozedUntil: (nowMs, limit) =>
      idsOf(`state = 'snoozed' and snoozed_until_ms <= $1`, 'snoozed_until_ms', nowMs, limit),
    quietEpisodes: (beforeMs, limit) =>
      idsOf('episode_ended_at_ms is null and last_event_at_ms < $1', 'last_event_at_ms', beforeMs, limit),
  } satisfies Partial<AlertStore>;
}

function alertQueries(query: Query) {
  const entriesWhere = async (rest: string, values: readonly unknown[]) => {
    const rows = await query<StoredEntryRow>(
      `select ${entriesTable.columns} from weir.entries ${rest}`,
      values,
    );
    return rows.map(entryOfRow);
  };
  return {
    listAlerts: (asked) => listAlerts(query, asked),
    alert: async (alertId) => {
      const [row] = await query<AlertRow>(
        `select ${alertsTable.columns} from weir.alerts where alert_id = $1`,
        [alertId],
      );
      return row === undefined ? undefined : alertOfRow(row);
    },
    // Behind every hexadecimal digit comes a g, however the database sorts texts: so the index of ids answers.
    alertIdsBeginning: async (beginning, tenant) => {
      const rows = await query<{ id: string }>(
        `select alert_id as id from weir.alerts
         where alert_id >= $1 and alert_id < $1 || 'g' and ($2::text is null or tenant = $2)
         order by alert_id limit 2`,
        [beginning, tenant ?? null],
      );
      return rows.map(({ id }) => id);
    },
    entriesOf: (alertId, from, limit) =>
      entriesWhere('where alert_id = $1 and ordinal >= $2 order by ordinal limit $3', [alertId, from, limit]),
    entriesById: (ids) => entriesWhere('where entry_id = any($1::text[]) order by entry_id', [ids]),
    changesOf: async (alertId, limit) => {
      const rows = await query<ChangeRow>(
        `select ${changesTable.columns} from weir.changes where alert_id = $1 order by number desc limit $2`,
        [alertId, limit],
      );
      return rows.map(changeOfRow);
    },
    cases: (caseIds) =>
      query<AlertCase>(
        `select ${casesTable.columns} from weir.cases where case_id = any($1::text[]) order by case_id`,
        [caseIds],
      ),
    releaseRequestsOf: (alertId) =>
      query<ReleaseRequest>(
        `select ${releasesTable.columns} from weir.release_requests where alert_id = $1
         order by requested_at_ms, entry_id`,
        [alertId],
      ),
    notification: async (id) => {
      const [row] = await query<StoredNotification>(
        `select ${notificationsTable.columns} from weir.notifications where notification_id = $1`,
        [id],
      );
      return row;
    },
  } satisfies Partial<AlertStore>;
}

function outboxQueries(query: Query) {
  return {
    outboxFrom: (next, limit) =>
      query<OutboxRow>(
        `select ${outboxTable.columns} from (
           select *, sum(octet_length(value)) over (order by number) - octet_length(value) as bytes_before
           from weir.outbox where number >= $1 and number < $1 + $2) as page
         where bytes_before < $3 order by number`,
        [next, limit, outboxPageBytes],
      ),
    outboxStart: async () => {
      const [row] = await query<{ start: number }>('select start from weir.outbox_head');
      return row?.start ?? 0;
    },
    trimOutbox: async (next) => {
      await query(
        `with head as (
           update weir.outbox_head set start = greatest(start, least($1, next)) returning start)
         delete from weir.outbox using head where number < head.start`,
        [next],
      );
    },
  } satisfies Partial<AlertStore>;
}

async function readCounts(query: Query): Promise<Awaited<ReturnType<AlertStore['counts']>>> {
  const alerts = await query<{ state: AlertState; count: number }>(
    'select state, count(*) as count from weir.alerts group by state',
  );
  const deliveries = await query<{ channel: string; state: string; count: number }>(
    'select channel, state, count(*) as count from weir.deliveries group by channel, state order by channel, state',
  );
  const [head] = await query<{ waiting: number }>('select next - start as waiting from weir.outbox_head');
  const none = Object.fromEntries(alertStates.map((state) => [state, 0])) as Record<AlertState, number>;
  return {
    alerts: { ...none, ...Object.fromEntries(alerts.map(({ state, count }) => [state, count])) },
    deliveries,
    outbox: head?.waiting ?? 0,
  };
}
