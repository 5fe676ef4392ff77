import type { Alert, AlertCase, AlertEntry, NotificationReason } from '@weir/alerts';
import type { RefusedFinding, TransactionFinding } from './read-record.ts';

/** One entry of an alert as it is told: its facts, and its evidence opened. */
export type ShownEntry = {
  readonly entry: AlertEntry;
  /** Undefined where its evidence can't be read any more: then the facts are told alone. */
  readonly finding: TransactionFinding | RefusedFinding | undefined;
};

/** One alert as it is told, with the entries that tell most: the gravest first, then the latest, at most 3. */
export type ShownAlert = {
  readonly alert: Alert;
  readonly entries: readonly ShownEntry[];
  /** The revision that this group was told before; 0 where it is new to it. */
  readonly toldRevision: number;
  /** How many transactions it had then; left out where that wasn't kept. */
  readonly toldTransactions?: number;
};

/** What happens next if nobody acts, so that whoever is told knows when to expect what. */
export type NextTold = {
  readonly why: 'update' | 'reminder' | 'escalation' | 'digest';
  /** Milliseconds since the epoch. An update comes then at the earliest, and only if something is new. */
  readonly atMs: number;
  /** Who is told then. */
  readonly receivers: readonly string[];
};

/**
 * What one notification says, the same to all its receivers: plain data, stored sealed, so that a delivery
 * that is tried again says the very same.
 */
export type Notification = {
  readonly notificationId: string;
  readonly reason: NotificationReason;
  readonly environment: string;
  readonly createdAtMs: number;
  /** When this group was told before; left out where it wasn't. */
  readonly lastToldAtMs?: number;
  /** What mails are threaded by: the alert that leads the group. */
  readonly threadId: string;
  /** The route's id, and in words what its alerts have in common. */
  readonly routeId: string;
  readonly groupKey: string;
  /** In detail, the gravest first; at most 10. */
  readonly alerts: readonly ShownAlert[];
  /** How many alerts, transactions and accounts it is about, those not in detail included. */
  readonly alertCount: number;
  readonly transactionCount: number;
  readonly accountCount: number;
  /** Ids of alerts that are not told in detail; at most 500 of them. */
  readonly moreAlertIds: readonly string[];
  readonly cases: readonly AlertCase[];
  /** Everything that may come, the soonest first; empty where nothing will. */
  readonly next: readonly NextTold[];
  /** Of `channel_failing`: which receiver can't be reached, since when and why, by a closed code. */
  readonly failing?: {
    readonly receiverId: string;
    readonly channel: string;
    readonly sinceMs: number;
    readonly waiting: number;
    readonly code: string;
  };
};
