import type { AlertCase, NotificationGroup } from '@weir/alerts';
import type { AlertRows, ReleaseRequest } from '../alert-store.ts';
import type { Query } from './database.ts';
import { changeCounter } from './count-change.ts';
import { linkedAlerts } from './linked-alerts.ts';
import { selectGroups } from './select-groups.ts';
import {
  alertOfRow,
  alertsTable,
  casesTable,
  changesTable,
  deliveriesTable,
  entriesTable,
  entryFacts,
  entryOfRow,
  factsOfEntry,
  groupsTable,
  membersTable,
  notificationsTable,
  outboxTable,
  releasesTable,
  rowOfAlert,
  rowOfChange,
  rowOfEntry,
  rowOfSilence,
  silenceOfRow,
  silencesTable,
} from './tables.ts';
import type { Table } from './table.ts';
import type { AlertRow, SilenceRow, StoredEntryRow } from './tables.ts';

/** So many rows go to the database in one statement: it holds all of them in memory several times over. */
const mostRowsAtOnce = 500;

async function writeRows<Row extends object>(
  query: Query,
  statement: string,
  { pack }: Table<Row>,
  rows: readonly Row[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += mostRowsAtOnce)
    await query(statement, [pack(rows.slice(at, at + mostRowsAtOnce))]);
}

/** The rows as one transaction sees and changes them: however many are given, few statements. */
export function createSqlRows(query: Query): AlertRows {
  const countChange = changeCounter(query);
  return {
    changeNumber: async () => {
      const [head] = await query<{ changes: number }>('select changes from weir.outbox_head');
      return head?.changes ?? 0;
    },
    ...positionRows(query, countChange),
    ...alertRows(query, countChange),
    ...entryRows(query, countChange),
    ...groupRows(query),
    ...otherRows(query),
  };
}

function positionRows(query: Query, countChange: () => Promise<void>) {
  return {
    position: async (topic, partition) => {
      const [row] = await query<{ next: number }>(
        'select next from weir.positions where topic = $1 and partition = $2',
        [topic, partition],
      );
      return row?.next;
    },
    setPosition: async (topic, partition, next) => {
      await countChange();
      await query(
        `insert into weir.positions (topic, partition, next) values ($1, $2, $3)
         on conflict (topic, partition) do update set next = excluded.next`,
        [topic, partition, next],
      );
    },
    appendOutbox: async (records) => {
      if (records.length === 0) return;
      const [head] = await query<{ next: number }>(
        'update weir.outbox_head set next = next + $1 returning next',
        [records.length],
      );
      const first = (head?.next ?? 0) - records.length;
      const numbered = records.map((record, at) => ({ ...record, number: first + at }));
      await writeRows(query, outboxTable.insert, outboxTable, numbered);
    },
  } satisfies Partial<AlertRows>;
}

function alertRows(query: Query, countChange: () => Promise<void>) {
  const selectAlerts = async (where: string, ids: readonly string[]) => {
    if (ids.length === 0) return [];
    const rows = await query<AlertRow>(
      `select ${alertsTable.columns} from weir.alerts where ${where} order by alert_id`,
      [ids],
    );
    return rows.map(alertOfRow);
  };
  return {
    openEpisodes: (keys) =>
      selectAlerts('episode_key = any($1::text[]) and episode_ended_at_ms is null', keys),
    alerts: (ids) => selectAlerts('alert_id = any($1::text[])', ids),
    saveAlerts: async (alerts) => {
      if (alerts.length === 0) return;
      await countChange();
      await writeRows(query, alertsTable.upsert, alertsTable, alerts.map(rowOfAlert));
    },
    addChanges: async (changes) => {
      if (changes.length === 0) return;
      const [last] = await query<{ next: number }>(
        'select coalesce(max(number), -1) + 1 as next from weir.changes',
      );
      const rows = changes.map((change, at) => rowOfChange(change, (last?.next ?? 0) + at));
      await writeRows(query, changesTable.insert, changesTable, rows);
    },
    openCases: async (tenant, links) => {
      if (links.length === 0) return [];
      return query<AlertCase>(
        `select ${casesTable.columns} from weir.cases
         where links && $2::text[] and ended_at_ms is null and tenant = $1 order by opened_at_ms, case_id`,
        [tenant, links],
      );
    },
    saveCases: async (cases) => {
      if (cases.length === 0) return;
      await countChange();
      await query(casesTable.upsert, [casesTable.pack(cases)]);
    },
    linkedAlerts: (asked) => linkedAlerts(query, asked),
  } satisfies Partial<AlertRows>;
}

function entryRows(query: Query, countChange: () => Promise<void>) {
  return {
    knownEntries: async (entryIds) => {
      if (entryIds.length === 0) return new Set();
      const rows = await query<{ id: string }>(
        'select entry_id as id from weir.entries where entry_id = any($1::text[])',
        [entryIds],
      );
      return new Set(rows.map(({ id }) => id));
    },
    addEntries: async (entries) => {
      if (entries.length === 0) return;
      await countChange();
      await writeRows(query, entriesTable.insert, entriesTable, entries.map(rowOfEntry));
    },
    entry: async (entryId) => {
      const [row] = await query<StoredEntryRow>(
        `select ${entriesTable.columns} from weir.entries where entry_id = $1`,
        [entryId],
      );
      return row === undefined ? undefined : entryOfRow(row);
    },
    saveEntry: async (entry) => {
      await countChange();
      await query(
        `update weir.entries set ${entryFacts.setGiven} from ${entryFacts.given}
         where entries.entry_id = given."entryId"`,
        [entryFacts.pack([factsOfEntry(entry)])],
      );
    },
  } satisfies Partial<AlertRows>;
}

function groupRows(query: Query) {
  return {
    groups: (groupIds) =>
      selectGroups(query, 'where group_id = any($1::text[]) order by group_id', [groupIds]),
    groupsOfAlerts: (alertIds) =>
      selectGroups(
        query,
        `where group_id in (select group_id from weir.group_members where alert_id = any($1::text[]))
         order by group_id`,
        [alertIds],
      ),
    saveGroups: (groups) => saveGroups(query, groups),
    deleteGroups: async (groupIds) => {
      await query('delete from weir.groups where group_id = any($1::text[])', [groupIds]);
    },
    addNotification: async (notification, deliveries) => {
      await query(notificationsTable.insert, [notificationsTable.pack([notification])]);
      if (deliveries.length > 0) await query(deliveriesTable.insert, [deliveriesTable.pack(deliveries)]);
    },
    knownDeliveryKeys: async (deliveryKeys) => {
      if (deliveryKeys.length === 0) return new Set();
      const rows = await query<{ key: string }>(
        'select distinct delivery_key as key from weir.deliveries where delivery_key = any($1::text[])',
        [deliveryKeys],
      );
      return new Set(rows.map(({ key }) => key));
    },
    receiverState: async (receiverId) => {
      const [row] = await query<{ state: unknown }>(
        'select state from weir.receivers where receiver_id = $1',
        [receiverId],
      );
      return row?.state;
    },
    saveReceiverState: async (receiverId, state) => {
      await query(
        `insert into weir.receivers (receiver_id, state) values ($1, $2::text::jsonb)
         on conflict (receiver_id) do update set state = excluded.state`,
        [receiverId, JSON.stringify(state)],
      );
    },
  } satisfies Partial<AlertRows>;
}

/** Of a group's members only those that changed are written: it may have hundreds. */
async function saveGroups(query: Query, groups: readonly NotificationGroup[]): Promise<void> {
  if (groups.length === 0) return;
  const latest = new Map(groups.map((group) => [group.groupId, group]));
  const members = [...latest.values()].flatMap((group) =>
    group.members.map((member, ordinal) => ({ ...member, groupId: group.groupId, ordinal })),
  );
  const packed = membersTable.pack(members);
  await query(groupsTable.upsert, [groupsTable.pack(groups)]);
  await query(
    `delete from weir.group_members where group_id = any($2::text[]) and (group_id, alert_id) not in
       (select given."groupId", given."alertId" from ${membersTable.given})`,
    [packed, [...latest.keys()]],
  );
  await query(
    `${membersTable.upsert} where (group_members.ordinal, group_members.told_revision,
         group_members.told_transactions, group_members.is_owed)
       is distinct from (excluded.ordinal, excluded.told_revision, excluded.told_transactions, excluded.is_owed)`,
    [packed],
  );
}

function otherRows(query: Query) {
  return {
    releaseRequest: async (entryId) => {
      const [row] = await query<ReleaseRequest>(
        `select ${releasesTable.columns} from weir.release_requests where entry_id = $1`,
        [entryId],
      );
      return row;
    },
    saveReleaseRequest: async (request) => {
      await query(releasesTable.upsert, [releasesTable.pack([request])]);
    },
    silence: async (silenceId) => {
      const [row] = await query<SilenceRow>(
        `select ${silencesTable.columns} from weir.silences where silence_id = $1`,
        [silenceId],
      );
      return row === undefined ? undefined : silenceOfRow(row);
    },
    saveSilence: async (stored) => {
      await query(silencesTable.upsert, [silencesTable.pack([rowOfSilence(stored)])]);
    },
  } satisfies Partial<AlertRows>;
}
