import type { CreditDebitIndicator, Severity, RejectionCode } from '@weir/contracts';

/** Where an alert stands in the work of people. `snoozed` ends by itself. */
export type AlertState = 'new' | 'acknowledged' | 'investigating' | 'snoozed' | 'closed';

/** What an alert turned out to be, as its analyst says. */
export type AlertOutcome = 'true_positive' | 'false_positive';

/** A place on a topic. */
export type RecordPlace = { readonly topic: string; readonly partition: number; readonly offset: number };

/** The amounts of one currency and direction in an alert, in minor units. */
export type AlertTotal = {
  readonly currency: string;
  readonly creditDebitIndicator: CreditDebitIndicator;
  readonly transactions: number;
  readonly amountMinor: number;
  readonly largestMinor: number;
};

/**
 * One alert: what was held (or flagged, or refused) in one episode of one account. Plain facts, pseudonyms
 * and amounts alone: nothing that a person or a sender wrote. Whatever changes it makes the next revision.
 */
export type Alert = {
  readonly alertId: string;
  readonly revision: number;
  readonly kind: 'unusual_transactions' | 'refused_record';
  readonly tenant: string;
  /** The account's pseudonym; null of refused records, which have none. */
  readonly account: string | null;
  /**
   * What joins it while its episode lasts has the same key: tenant and account, or a code and a topic. At most
   * one alert of a key has an episode that is not over.
   */
  readonly episodeKey: string;
  readonly severity: Severity;
  /** The highest score in it, 0 to 1. */
  readonly score: number;
  /** `held` where anything in it waits or waited; null of refused records. */
  readonly verdict: 'held' | 'cleared' | null;
  /** Ids of the rules and groups of features that it was raised for, sorted. At most 50. */
  readonly rules: readonly string[];
  /** Pseudonyms of counterparties, sorted. At most 50. */
  readonly counterparties: readonly string[];
  /** By currency and direction, sorted. At most 20; further ones count in `transactions` alone. */
  readonly totals: readonly AlertTotal[];
  /** How many entries it has; how many of them were held, and how many of these were released. */
  readonly transactions: number;
  readonly held: number;
  readonly released: number;
  readonly firstEventAtMs: number;
  readonly lastEventAtMs: number;
  /** By the clock of alerting. */
  readonly openedAtMs: number;
  readonly changedAtMs: number;
  /**
   * Set once nothing joins it any more: after quiet, when it is full, or closed. An end by quiet alone makes no
   * revision: it follows from the times, and nobody is told.
   */
  readonly episodeEndedAtMs: number | null;
  readonly state: AlertState;
  readonly snoozedUntilMs: number | null;
  /** The name of the token that said so last; null before anybody did. */
  readonly handledBy: string | null;
  readonly outcome: AlertOutcome | null;
  readonly caseId: string | null;
  readonly code: RejectionCode | null;
  /** The entries that tell most: the first, the gravest and the latest, by their ids. */
  readonly first: string;
  readonly gravest: string;
  readonly latest: string;
};

/** Where a held transaction stands on its way out. */
export type ReleaseState = 'none' | 'requested' | 'approved';

/** One transaction, or one refused record, of an alert. It is in exactly one. */
export type AlertEntry = {
  readonly alertId: string;
  /** From 0, in the order they joined. */
  readonly ordinal: number;
  /** The pseudonym of the transaction's identity; of a refused record `topic/partition/offset`. */
  readonly entryId: string;
  readonly tenant: string;
  readonly eventAtMs: number;
  readonly severity: Severity;
  readonly score: number;
  readonly rules: readonly string[];
  /** Null of refused records, as is every field below but `kept`. */
  readonly verdict: 'held' | 'cleared' | null;
  readonly amountMinor: number | null;
  readonly currency: string | null;
  readonly creditDebitIndicator: CreditDebitIndicator | null;
  readonly counterparty: string | null;
  /** In the log. */
  readonly source: { readonly partition: number; readonly offset: number } | null;
  /** Where its evidence stands: on the held topic, or among the dead letters. */
  readonly kept: RecordPlace;
  readonly release: ReleaseState;
};

/** Alerts that have to do with each other. */
export type AlertCase = {
  readonly caseId: string;
  readonly tenant: string;
  /** What holds them together: `counterparty <pseudonym>` or `rule <id>`, sorted. At most 50. */
  readonly links: readonly string[];
  readonly alerts: number;
  readonly openedAtMs: number;
  readonly lastEventAtMs: number;
  readonly endedAtMs: number | null;
};

/** Who changed an alert: a named token, or Weir itself. */
export type Actor = { readonly kind: 'token' | 'weir'; readonly name: string };

export const alertActions = [
  'opened',
  'grew',
  'acknowledged',
  'investigated',
  'snoozed',
  'woke',
  'closed',
  'reopened',
  'joined_case',
  'release_requested',
  'release_approved',
] as const;
export type AlertAction = (typeof alertActions)[number];

/** One change of an alert, kept for ever: who, when, what. Why, which people write, is sealed beside it. */
export type AlertChange = {
  readonly alertId: string;
  readonly revision: number;
  readonly atMs: number;
  readonly actor: Actor;
  readonly action: AlertAction;
  readonly from: AlertState;
  readonly to: AlertState;
  /** Of an act about one entry, such as a release. */
  readonly entryId: string | null;
};

/** Why a notification goes out. */
export type NotificationReason =
  | 'first'
  | 'update'
  | 'reminder'
  | 'escalation'
  | 'digest'
  | 'summary'
  | 'closed'
  | 'channel_failing'
  | 'test';

/**
 * What one notification group waits for: one route, and one value of what the route groups by. `version`
 * grows with each change, so that two that plan at once can't both be right.
 */
export type NotificationGroup = {
  readonly groupId: string;
  readonly routeId: string;
  /** What its alerts have in common, in words of pseudonyms: `account a1_…`. */
  readonly key: string;
  readonly version: number;
  /** When it has to be planned again; null where nothing is due before something joins it. */
  readonly nextAtMs: number | null;
  readonly openedAtMs: number;
  /** Since when something has to be told that isn't; null where all is told, or is quiet for now. */
  readonly owedSinceMs: number | null;
  /**
   * When the receivers of its route were told last, escalations not counted; null where nothing that they were told
   * of is in it any more.
   */
  readonly lastToldAtMs: number | null;
  /** When something of it was told first that nobody has acknowledged since; null where nothing waits for people. */
  readonly unansweredSinceMs: number | null;
  /** Notifications told of it, of all reasons. */
  readonly told: number;
  /** Since something new was told of it. */
  readonly reminders: number;
  /** Steps of escalation taken since it waits for an answer. */
  readonly escalations: number;
  /** At most `mostGroupMembers`. */
  readonly members: readonly GroupMember[];
};

/** So many alerts a group has at most; further ones of the same key begin another. */
export const mostGroupMembers = 500;

export type GroupMember = {
  readonly alertId: string;
  /** The revision of it that was told last; 0 before the first. */
  readonly toldRevision: number;
  /** How many entries it had then; 0 before the first. */
  readonly toldTransactions: number;
  /** Whether it has something to be told: it is new to the group, it grew, or it woke. */
  readonly isOwed: boolean;
};

/** A silence: who keeps what quiet, until when. Why stands sealed beside it. */
export type Silence = {
  readonly silenceId: string;
  readonly owner: string;
  /** The same conditions as a route has; read by the routing part. */
  readonly match: unknown;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly endedBy: string | null;
};

/** What became of a delivery so far. `failed` is the dead letter: for good, or tried too often. */
export type DeliveryState = 'due' | 'delivered' | 'failed';

/** One message on its way to one target of one receiver. */
export type Delivery = {
  /** `<alert id>-<revision>-<receiver>`, with more where one revision is told again: for receivers to drop doubles. */
  readonly deliveryKey: string;
  /** Which of a receiver's targets: of a mail, the first 8 hex digits of SHA-256 of the address; else `-`. */
  readonly target: string;
  readonly receiverId: string;
  readonly channel: string;
  readonly notificationId: string;
  readonly reason: NotificationReason;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly createdAtMs: number;
  readonly nextAtMs: number;
  /** Held by a process until then: it may be on its way. */
  readonly leasedUntilMs: number | null;
  readonly lastCode: string | null;
  readonly lastStatus: number | null;
  readonly settledAtMs: number | null;
};
