/**
 * How the tables came to be, in order. Only ever added to: what was applied somewhere is known by its digest,
 * and one that was changed is refused. Names that are compared or paged by are ordered by their bytes
 * (collation C), whatever the database was made with.
 */
export const migrations: readonly { readonly name: string; readonly statements: string }[] = [
  {
    name: 'alerts, what is to be told of them, and the outbox',
    statements: `
create table weir.store (
  single boolean primary key default true check (single),
  environment text not null,
  log text
);

create table weir.positions (
  topic text collate "C",
  partition integer,
  next bigint not null,
  primary key (topic, partition)
);

create table weir.alerts (
  alert_id text collate "C" primary key,
  revision integer not null,
  kind text not null,
  tenant text collate "C" not null,
  account text collate "C",
  episode_key text collate "C" not null,
  severity text not null,
  score double precision not null,
  verdict text,
  rules text[] not null,
  counterparties text[] not null,
  totals jsonb not null,
  transactions integer not null,
  held integer not null,
  released integer not null,
  first_event_at_ms bigint not null,
  last_event_at_ms bigint not null,
  opened_at_ms bigint not null,
  changed_at_ms bigint not null,
  episode_ended_at_ms bigint,
  state text collate "C" not null,
  snoozed_until_ms bigint,
  handled_by text,
  outcome text,
  case_id text collate "C",
  code text,
  first text not null,
  gravest text not null,
  latest text not null,
  sealed bytea not null
);
create unique index alerts_open_episode on weir.alerts (episode_key) where episode_ended_at_ms is null;
create index alerts_quiet on weir.alerts (last_event_at_ms, alert_id) where episode_ended_at_ms is null;
create index alerts_snoozed on weir.alerts (snoozed_until_ms, alert_id) where state = 'snoozed';
create index alerts_by_state on weir.alerts (state, changed_at_ms, alert_id);
create index alerts_by_tenant on weir.alerts (tenant, state, changed_at_ms, alert_id);
create index alerts_by_account on weir.alerts (account, state, changed_at_ms, alert_id);
create index alerts_by_case on weir.alerts (case_id, state, changed_at_ms, alert_id) where case_id is not null;

create table weir.entries (
  entry_id text collate "C" primary key,
  alert_id text collate "C" not null,
  ordinal integer not null,
  tenant text not null,
  event_at_ms bigint not null,
  severity text not null,
  score double precision not null,
  rules text[] not null,
  verdict text,
  amount_minor bigint,
  currency text,
  credit_debit_indicator text,
  counterparty text,
  source_partition integer,
  source_offset bigint,
  kept_topic text not null,
  kept_partition integer not null,
  kept_offset bigint not null,
  release text not null,
  record_key text,
  record_value bytea,
  record_headers jsonb
);
create unique index entries_by_alert on weir.entries (alert_id, ordinal);
-- What is sealed can't be made smaller; trying costs time.
alter table weir.entries alter column record_value set storage external;

create table weir.changes (
  number bigint primary key,
  alert_id text collate "C" not null,
  revision integer not null,
  at_ms bigint not null,
  actor_kind text not null,
  actor_name text not null,
  action text not null,
  "from" text not null,
  "to" text not null,
  entry_id text,
  sealed_reason bytea
);
create index changes_by_alert on weir.changes (alert_id, number);

create table weir.cases (
  case_id text collate "C" primary key,
  tenant text collate "C" not null,
  links text[] not null,
  alerts integer not null,
  opened_at_ms bigint not null,
  last_event_at_ms bigint not null,
  ended_at_ms bigint
);
create index cases_open on weir.cases using gin (links) where ended_at_ms is null;

create table weir.groups (
  group_id text collate "C" primary key,
  route_id text not null,
  key text not null,
  version integer not null,
  next_at_ms bigint,
  opened_at_ms bigint not null,
  owed_since_ms bigint,
  last_told_at_ms bigint,
  unanswered_since_ms bigint,
  told integer not null,
  reminders integer not null,
  escalations integer not null
);
create index groups_due on weir.groups (next_at_ms, group_id) where next_at_ms is not null;

create table weir.group_members (
  group_id text collate "C" not null references weir.groups on delete cascade,
  alert_id text collate "C" not null,
  ordinal integer not null,
  told_revision integer not null,
  is_owed boolean not null,
  primary key (group_id, alert_id)
);
create index group_members_by_alert on weir.group_members (alert_id);

create table weir.notifications (
  notification_id text collate "C" primary key,
  group_id text not null,
  alert_ids text[] not null,
  created_at_ms bigint not null,
  sealed bytea not null
);
create index notifications_by_alert on weir.notifications using gin (alert_ids);
create index notifications_of_no_alert on weir.notifications (created_at_ms) where alert_ids = '{}';

create table weir.deliveries (
  delivery_key text collate "C",
  target text collate "C",
  receiver_id text collate "C" not null,
  channel text collate "C" not null,
  notification_id text collate "C" not null references weir.notifications on delete cascade,
  reason text not null,
  state text collate "C" not null,
  attempts integer not null,
  created_at_ms bigint not null,
  next_at_ms bigint not null,
  leased_until_ms bigint,
  last_code text,
  last_status integer,
  settled_at_ms bigint,
  owner text,
  primary key (delivery_key, target)
);
create index deliveries_due on weir.deliveries
  (receiver_id, greatest(next_at_ms, coalesce(leased_until_ms, 0)), delivery_key, target) where state = 'due';
create index deliveries_next on weir.deliveries
  (greatest(next_at_ms, coalesce(leased_until_ms, 0))) where state = 'due';
create index deliveries_failed on weir.deliveries (settled_at_ms, delivery_key, target) where state = 'failed';
create index deliveries_by_notification on weir.deliveries (notification_id);
create index deliveries_by_channel on weir.deliveries (channel, state);

create table weir.receivers (
  receiver_id text collate "C" primary key,
  state jsonb not null
);

create table weir.release_requests (
  entry_id text collate "C" primary key,
  alert_id text collate "C" not null,
  requested_by text not null,
  requested_at_ms bigint not null,
  approved_by text,
  approved_at_ms bigint
);
create index release_requests_by_alert on weir.release_requests (alert_id);

create table weir.silences (
  silence_id text collate "C" primary key,
  owner text not null,
  match jsonb not null,
  starts_at_ms bigint not null,
  ends_at_ms bigint not null,
  ended_by text,
  sealed_reason bytea not null
);
create index silences_by_end on weir.silences (ends_at_ms);

create table weir.outbox (
  number bigint primary key,
  topic text not null,
  partition integer not null,
  key text not null,
  value bytea not null,
  headers jsonb not null
);
alter table weir.outbox alter column value set storage external;

-- One row: what the outbox goes on with, and the lock that every transaction takes first.
create table weir.outbox_head (
  single boolean primary key default true check (single),
  next bigint not null,
  start bigint not null
);
insert into weir.outbox_head (next, start) values (0, 0);
`,
  },
  {
    name: 'alerts by what they share',
    statements: `
create index alerts_by_counterparty on weir.alerts using gin (counterparties) where case_id is null;
create index alerts_by_last_event on weir.alerts (tenant, last_event_at_ms desc, alert_id);
`,
  },
  {
    name: 'how much of an alert was told',
    statements: `
-- 0 of what was told before: then nobody knows.
alter table weir.group_members add column told_transactions integer not null default 0;
`,
  },
  {
    name: 'nobody who opens the store knows the log',
    statements: `
alter table weir.store drop column log;
`,
  },
  {
    name: 'whether anything has changed',
    statements: `
alter table weir.outbox_head add column changes bigint not null default 0;
`,
  },
];
