import type {
  Alert,
  AlertCase,
  AlertChange,
  AlertEntry,
  Delivery,
  GroupMember,
  NotificationGroup,
} from '@weir/alerts';
import type { Silence } from '@weir/alerts';
import type {
  OutboxRecord,
  ReleaseRequest,
  StoredAlert,
  StoredChange,
  StoredEntry,
  StoredNotification,
  StoredSilence,
} from '../alert-store.ts';
import { describeTable } from './table.ts';

export type AlertRow = Alert & { readonly sealed: Uint8Array };

export const alertsTable = describeTable<AlertRow>('weir.alerts', ['alertId'], {
  alertId: 'text',
  revision: 'integer',
  kind: 'text',
  tenant: 'text',
  account: 'text',
  episodeKey: 'text',
  severity: 'text',
  score: 'double precision',
  verdict: 'text',
  rules: 'text[]',
  counterparties: 'text[]',
  totals: 'jsonb',
  transactions: 'integer',
  held: 'integer',
  released: 'integer',
  firstEventAtMs: 'bigint',
  lastEventAtMs: 'bigint',
  openedAtMs: 'bigint',
  changedAtMs: 'bigint',
  episodeEndedAtMs: 'bigint',
  state: 'text',
  snoozedUntilMs: 'bigint',
  handledBy: 'text',
  outcome: 'text',
  caseId: 'text',
  code: 'text',
  first: 'text',
  gravest: 'text',
  latest: 'text',
  sealed: 'bytea',
});

export const rowOfAlert = ({ alert, sealed }: StoredAlert): AlertRow => ({
  ...alert,
  // By their names, as columns are: nothing else that an object carries is written.
  totals: alert.totals.map(({ currency, creditDebitIndicator, transactions, amountMinor, largestMinor }) => ({
    ...{ currency, creditDebitIndicator, transactions, amountMinor, largestMinor },
  })),
  sealed,
});
export const alertOfRow = ({ sealed, ...alert }: AlertRow): StoredAlert => ({ alert, sealed });

export type EntryRow = Omit<AlertEntry, 'source' | 'kept'> & {
  readonly sourcePartition: number | null;
  readonly sourceOffset: number | null;
  readonly keptTopic: string;
  readonly keptPartition: number;
  readonly keptOffset: number;
};
type EvidenceRow = {
  readonly recordKey: string | null;
  readonly recordValue: Uint8Array | null;
  readonly recordHeaders: Readonly<Record<string, string>> | null;
};
export type StoredEntryRow = EntryRow & EvidenceRow;

const entryColumns = {
  entryId: 'text',
  alertId: 'text',
  ordinal: 'integer',
  tenant: 'text',
  eventAtMs: 'bigint',
  severity: 'text',
  score: 'double precision',
  rules: 'text[]',
  verdict: 'text',
  amountMinor: 'bigint',
  currency: 'text',
  creditDebitIndicator: 'text',
  counterparty: 'text',
  sourcePartition: 'integer',
  sourceOffset: 'bigint',
  keptTopic: 'text',
  keptPartition: 'integer',
  keptOffset: 'bigint',
  release: 'text',
} as const;

/** What is said of an entry, without its evidence. */
export const entryFacts = describeTable<EntryRow>('weir.entries', ['entryId'], entryColumns);
export const entriesTable = describeTable<StoredEntryRow>('weir.entries', ['entryId'], {
  ...entryColumns,
  recordKey: 'text',
  recordValue: 'bytea',
  recordHeaders: 'jsonb',
});

export const factsOfEntry = ({ source, kept, ...entry }: AlertEntry): EntryRow => ({
  ...entry,
  sourcePartition: source?.partition ?? null,
  sourceOffset: source?.offset ?? null,
  keptTopic: kept.topic,
  keptPartition: kept.partition,
  keptOffset: kept.offset,
});

export const rowOfEntry = ({ entry, record }: StoredEntry): StoredEntryRow => ({
  ...factsOfEntry(entry),
  recordKey: record?.key ?? null,
  recordValue: record?.value ?? null,
  recordHeaders: record?.headers ?? null,
});

export function entryOfRow(row: StoredEntryRow): StoredEntry {
  const { sourcePartition, sourceOffset, keptTopic, keptPartition, keptOffset, ...rest } = row;
  const { recordKey, recordValue, recordHeaders, ...entry } = rest;
  const source =
    sourcePartition === null || sourceOffset === null
      ? null
      : { partition: sourcePartition, offset: sourceOffset };
  return {
    entry: { ...entry, source, kept: { topic: keptTopic, partition: keptPartition, offset: keptOffset } },
    record:
      recordKey === null || recordValue === null || recordHeaders === null
        ? undefined
        : { key: recordKey, value: recordValue, headers: recordHeaders },
  };
}

export type ChangeRow = Omit<AlertChange, 'actor'> & {
  /** In the order they were added. */
  readonly number: number;
  readonly actorKind: AlertChange['actor']['kind'];
  readonly actorName: string;
  readonly sealedReason: Uint8Array | null;
};

export const changesTable = describeTable<ChangeRow>('weir.changes', ['number'], {
  number: 'bigint',
  alertId: 'text',
  revision: 'integer',
  atMs: 'bigint',
  actorKind: 'text',
  actorName: 'text',
  action: 'text',
  from: 'text',
  to: 'text',
  entryId: 'text',
  sealedReason: 'bytea',
});

export const rowOfChange = ({ change, sealedReason }: StoredChange, number: number): ChangeRow => {
  const { actor, ...rest } = change;
  return {
    ...rest,
    number,
    actorKind: actor.kind,
    actorName: actor.name,
    sealedReason: sealedReason ?? null,
  };
};
export const changeOfRow = (row: ChangeRow): StoredChange => {
  const { actorKind, actorName, sealedReason, number: _number, ...change } = row;
  return {
    change: { ...change, actor: { kind: actorKind, name: actorName } },
    sealedReason: sealedReason ?? undefined,
  };
};

export const casesTable = describeTable<AlertCase>('weir.cases', ['caseId'], {
  caseId: 'text',
  tenant: 'text',
  links: 'text[]',
  alerts: 'integer',
  openedAtMs: 'bigint',
  lastEventAtMs: 'bigint',
  endedAtMs: 'bigint',
});

export type GroupRow = Omit<NotificationGroup, 'members'>;
export const groupsTable = describeTable<GroupRow>('weir.groups', ['groupId'], {
  groupId: 'text',
  routeId: 'text',
  key: 'text',
  version: 'integer',
  nextAtMs: 'bigint',
  openedAtMs: 'bigint',
  owedSinceMs: 'bigint',
  lastToldAtMs: 'bigint',
  unansweredSinceMs: 'bigint',
  told: 'integer',
  reminders: 'integer',
  escalations: 'integer',
});

export type MemberRow = GroupMember & { readonly groupId: string; readonly ordinal: number };
export const membersTable = describeTable<MemberRow>('weir.group_members', ['groupId', 'alertId'], {
  groupId: 'text',
  alertId: 'text',
  ordinal: 'integer',
  toldRevision: 'integer',
  toldTransactions: 'integer',
  isOwed: 'boolean',
});

export const notificationsTable = describeTable<StoredNotification>(
  'weir.notifications',
  ['notificationId'],
  {
    notificationId: 'text',
    groupId: 'text',
    alertIds: 'text[]',
    createdAtMs: 'bigint',
    sealed: 'bytea',
  },
);

export const deliveriesTable = describeTable<Delivery>('weir.deliveries', ['deliveryKey', 'target'], {
  deliveryKey: 'text',
  target: 'text',
  receiverId: 'text',
  channel: 'text',
  notificationId: 'text',
  reason: 'text',
  state: 'text',
  attempts: 'integer',
  createdAtMs: 'bigint',
  nextAtMs: 'bigint',
  leasedUntilMs: 'bigint',
  lastCode: 'text',
  lastStatus: 'integer',
  settledAtMs: 'bigint',
});

export const releasesTable = describeTable<ReleaseRequest>('weir.release_requests', ['entryId'], {
  entryId: 'text',
  alertId: 'text',
  requestedBy: 'text',
  requestedAtMs: 'bigint',
  approvedBy: 'text',
  approvedAtMs: 'bigint',
});

export type SilenceRow = Silence & { readonly sealedReason: Uint8Array };
export const silencesTable = describeTable<SilenceRow>('weir.silences', ['silenceId'], {
  silenceId: 'text',
  owner: 'text',
  match: 'jsonb',
  startsAtMs: 'bigint',
  endsAtMs: 'bigint',
  endedBy: 'text',
  sealedReason: 'bytea',
});
export const rowOfSilence = ({ silence, sealedReason }: StoredSilence): SilenceRow => ({
  ...silence,
  sealedReason,
});
export const silenceOfRow = ({ sealedReason, ...silence }: SilenceRow): StoredSilence => ({
  silence,
  sealedReason,
});

export type OutboxRow = OutboxRecord & { readonly number: number };
export const outboxTable = describeTable<OutboxRow>('weir.outbox', ['number'], {
  number: 'bigint',
  topic: 'text',
  partition: 'integer',
  key: 'text',
  value: 'bytea',
  headers: 'jsonb',
});
