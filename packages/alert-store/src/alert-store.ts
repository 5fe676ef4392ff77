import type {
  Alert,
  AlertCase,
  AlertChange,
  AlertEntry,
  AlertState,
  Delivery,
  NotificationGroup,
  Silence,
} from '@weir/alerts';

/** A sealed record as it stands on a topic: of an entry its evidence, as detection sealed it. */
export type StoredRecord = {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
};

/** An alert with its sealed part: the ids of its transactions as their sender wrote them. */
export type StoredAlert = { readonly alert: Alert; readonly sealed: Uint8Array };

/** An entry with its evidence; undefined where it could not be had. */
export type StoredEntry = { readonly entry: AlertEntry; readonly record: StoredRecord | undefined };

/** A change with its reason, sealed; undefined where none was given. */
export type StoredChange = { readonly change: AlertChange; readonly sealedReason: Uint8Array | undefined };

export type StoredSilence = { readonly silence: Silence; readonly sealedReason: Uint8Array };

/** What a notification says, sealed, once for all of its deliveries. */
export type StoredNotification = {
  readonly notificationId: string;
  readonly groupId: string;
  readonly alertIds: readonly string[];
  readonly createdAtMs: number;
  readonly sealed: Uint8Array;
};

/** A record that has to go to a topic, sealed already. Its number is given by the store, in the order of commits. */
export type OutboxRecord = StoredRecord & { readonly topic: string; readonly partition: number };

/** A request to let a held transaction go, until it is approved. */
export type ReleaseRequest = {
  readonly entryId: string;
  readonly alertId: string;
  readonly requestedBy: string;
  readonly requestedAtMs: number;
  readonly approvedBy: string | null;
  readonly approvedAtMs: number | null;
};

/** Which alerts are listed; of several values any. The newest change first. */
export type AlertQuery = {
  /** Undefined: all tenants. */
  readonly tenant?: string;
  readonly states?: readonly AlertState[];
  readonly caseId?: string;
  readonly account?: string;
  /** Alerts changed before this, exclusive, with the alert id to tell apart what changed at one instant. */
  readonly before?: { readonly changedAtMs: number; readonly alertId: string };
  /** At most 1,000. */
  readonly limit: number;
};

/**
 * Which alerts of a tenant are asked for by what they share: a counterparty, of alerts that are in no case, or
 * a rule that they were raised for, of all alerts.
 */
export type LinkQuery = {
  readonly tenant: string;
  readonly by: 'counterparty' | 'rule';
  readonly names: readonly string[];
  /** When their last event may lie, inclusive. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Of each name so many, those with the latest events. */
  readonly limit: number;
};

/**
 * Everything that is written or locked at once. All methods work in the order they are called; transactions
 * run one after another, so what one of them has read nobody else changes before its end. Rows come as they
 * were stored, in the order of their ids where nothing else is said; a key that is given twice counts once,
 * and of two rows with one key the later is kept.
 */
export type AlertRows = {
  /**
   * Grows with each transaction that changes or deletes alerts, entries, cases or positions: whoever has read
   * any of them at one number, and finds the same number, need not read them again.
   */
  changeNumber(): Promise<number>;

  /** The next offset of an input partition to take in. Undefined before the first. */
  position(topic: string, partition: number): Promise<number | undefined>;
  setPosition(topic: string, partition: number, next: number): Promise<void>;

  /** The alerts whose episodes with these keys are not over; of one key at most one, or `saveAlerts` throws. */
  openEpisodes(episodeKeys: readonly string[]): Promise<readonly StoredAlert[]>;
  /** Those that there are. */
  alerts(alertIds: readonly string[]): Promise<readonly StoredAlert[]>;
  /** Inserts or replaces. */
  saveAlerts(alerts: readonly StoredAlert[]): Promise<void>;

  /** Those of the ids that are in an alert. */
  knownEntries(entryIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** None of them may be there already: ask `knownEntries` first. */
  addEntries(entries: readonly StoredEntry[]): Promise<void>;
  entry(entryId: string): Promise<StoredEntry | undefined>;
  /** Replaces what is said of an entry that is there; its evidence stays. */
  saveEntry(entry: AlertEntry): Promise<void>;
  addChanges(changes: readonly StoredChange[]): Promise<void>;

  /** The cases with one of these links that are not over, of a tenant, the longest open first. */
  openCases(tenant: string, links: readonly string[]): Promise<readonly AlertCase[]>;
  saveCases(cases: readonly AlertCase[]): Promise<void>;
  /** Alerts that share something, in the order of their ids. */
  linkedAlerts(query: LinkQuery): Promise<readonly Alert[]>;

  /** Those that there are. */
  groups(groupIds: readonly string[]): Promise<readonly NotificationGroup[]>;
  groupsOfAlerts(alertIds: readonly string[]): Promise<readonly NotificationGroup[]>;
  saveGroups(groups: readonly NotificationGroup[]): Promise<void>;
  deleteGroups(groupIds: readonly string[]): Promise<void>;

  /** Throws where a delivery of one of the keys and targets is there: ask `knownDeliveryKeys` first. */
  addNotification(notification: StoredNotification, deliveries: readonly Delivery[]): Promise<void>;
  /** Those of the keys that a delivery has. */
  knownDeliveryKeys(deliveryKeys: readonly string[]): Promise<ReadonlySet<string>>;
  /** What a receiver remembers of its rate, as the routing part wrote it: plain JSON. Undefined before the first. */
  receiverState(receiverId: string): Promise<unknown>;
  /** Inserts or replaces, as every `save` here. */
  saveReceiverState(receiverId: string, state: unknown): Promise<void>;

  releaseRequest(entryId: string): Promise<ReleaseRequest | undefined>;
  saveReleaseRequest(request: ReleaseRequest): Promise<void>;
  saveSilence(silence: StoredSilence): Promise<void>;
  silence(silenceId: string): Promise<StoredSilence | undefined>;

  /** Appends what has to go to topics, numbered without a gap in the order in which transactions commit. */
  appendOutbox(records: readonly OutboxRecord[]): Promise<void>;
};

/**
 * Where alerts, cases and everything still to be told live. Opened by alerting alone; two processes need
 * a server. Every method throws WeirError store_unavailable where the database can't be reached. After that
 * error a transaction may have happened or not: what is repeated has to find out by what it reads.
 */
export type AlertStore = {
  /**
   * Runs `work` as one transaction: all of it or nothing, and no other at the same time. It may be run again
   * after a conflict, so it has no effects of its own; it ends soon, for everybody waits for it; and it calls
   * no method of the store itself, which would wait for its end. What `work` throws is thrown on, and nothing
   * was written.
   */
  transaction<T>(work: (rows: AlertRows) => Promise<T>): Promise<T>;

  /** Groups that are due, the longest due first, without locks. */
  dueGroups(nowMs: number, limit: number): Promise<readonly NotificationGroup[]>;
  /** When the next group or delivery is due; undefined where none is. */
  nextDueAtMs(): Promise<number | undefined>;
  /** Begun and not ended. */
  activeSilences(nowMs: number): Promise<readonly StoredSilence[]>;
  /** Alerts whose snooze is over, the longest over first. */
  snoozedUntil(nowMs: number, limit: number): Promise<readonly string[]>;
  /** Alerts with an open episode whose last event lies before this, so that its end can be noted; the oldest first. */
  quietEpisodes(lastEventBeforeMs: number, limit: number): Promise<readonly string[]>;

  /**
   * Takes due deliveries of these receivers for this process until `leaseUntilMs`: nobody gets them before.
   * The longest due first, at most `limit`, and of one receiver at most `perReceiver`, so that a slow one
   * doesn't stand before the others.
   */
  claimDeliveries(claim: {
    readonly nowMs: number;
    readonly leaseUntilMs: number;
    readonly owner: string;
    readonly limit: number;
    /** Default: `limit`. */
    readonly perReceiver?: number;
    readonly receivers: readonly string[];
  }): Promise<readonly Delivery[]>;
  /**
   * Writes what became of a claimed delivery and gives it back, where this process still holds it; false where
   * another took it over meanwhile or it was settled.
   */
  settleDelivery(owner: string, delivery: Delivery): Promise<boolean>;
  notification(notificationId: string): Promise<StoredNotification | undefined>;
  /** The dead letter: newest first. */
  failedDeliveries(limit: number): Promise<readonly Delivery[]>;
  /** Makes failed deliveries due again, with no attempts made; all, or those named. Answers how many. */
  retryDeliveries(
    nowMs: number,
    deliveries: readonly Pick<Delivery, 'deliveryKey' | 'target'>[] | 'all',
  ): Promise<number>;
  /** Newest first. */
  deliveriesOfAlert(alertId: string, limit: number): Promise<readonly Delivery[]>;

  listAlerts(query: AlertQuery): Promise<readonly Alert[]>;
  alert(alertId: string): Promise<StoredAlert | undefined>;
  /** Ids that begin with these hexadecimal digits, at most 2, in order; of one tenant, or of all. */
  alertIdsBeginning(beginning: string, tenant: string | undefined): Promise<readonly string[]>;
  /** In the order they joined, from an ordinal on; at most 500. */
  entriesOf(alertId: string, from: number, limit: number): Promise<readonly StoredEntry[]>;
  entriesById(entryIds: readonly string[]): Promise<readonly StoredEntry[]>;
  /** Newest first. */
  changesOf(alertId: string, limit: number): Promise<readonly StoredChange[]>;
  /** Those that there are. */
  cases(caseIds: readonly string[]): Promise<readonly AlertCase[]>;
  releaseRequestsOf(alertId: string): Promise<readonly ReleaseRequest[]>;

  /** What has to go to topics, from a number on, in order: fewer than `limit` where they are large, one at least. */
  outboxFrom(next: number, limit: number): Promise<readonly (OutboxRecord & { readonly number: number })[]>;
  /** The number behind the last that was deleted: nothing before it is there. */
  outboxStart(): Promise<number>;
  /** Deletes what was published, up to this number, exclusive. */
  trimOutbox(next: number): Promise<void>;

  /**
   * Deletes closed alerts that last changed before this, and all that hangs on them alone: entries with their
   * evidence, changes, releases, their place in groups, cases and notifications that tell of no alert any more;
   * and notifications of no alert at all that were made before it.
   * At most `limit` alerts, the oldest first. Answers how many.
   */
  deleteClosed(changedBeforeMs: number, limit: number): Promise<number>;
  /** Counts for metrics: alerts by state, deliveries by state and channel, records in the outbox. */
  counts(): Promise<{
    readonly alerts: Readonly<Record<AlertState, number>>;
    readonly deliveries: readonly {
      readonly channel: string;
      readonly state: string;
      readonly count: number;
    }[];
    readonly outbox: number;
  }>;
  close(): Promise<void>;
};
