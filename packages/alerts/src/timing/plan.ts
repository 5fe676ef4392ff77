import type { Alert, NotificationGroup, NotificationReason, Silence } from '../model.ts';
import type { Routing } from '../routing/document.ts';

/** What a receiver remembers of what it was told: plain JSON, kept by the store. */
export type ReceiverState = {
  /** When it was told, within the time of its rate limit; the earliest first. */
  readonly toldAtMs: readonly number[];
  /** How many summaries it was told. */
  readonly summaries: number;
};

export const newReceiverState: ReceiverState = { toldAtMs: [], summaries: 0 };

export type PlanGroup = {
  readonly routing: Routing;
  /** As it stands in the store, locked. */
  readonly group: NotificationGroup;
  /** Of its members, those that there are. */
  readonly alerts: readonly Alert[];
  /** Begun and not ended. */
  readonly silences: readonly Silence[];
  /** Alerts that may keep these quiet: open ones. Of those given, the ones that an inhibition names count. */
  readonly inhibitors: readonly Alert[];
  /** By receiver; one that isn't there was never told anything. */
  readonly receiverStates: ReadonlyMap<string, ReceiverState>;
  /** Those of `gatheringIdsFor` the group that there are: what waits for a receiver's rate limit. */
  readonly gathering: readonly NotificationGroup[];
  readonly nowMs: number;
};

/** What may come if nobody acts: an update at the earliest then, and only if something is new. */
export type NextTold = {
  readonly why: 'update' | 'reminder' | 'escalation' | 'digest';
  readonly atMs: number;
  readonly receivers: readonly string[];
};

/** One notification, the same to all its receivers. */
export type PlannedNotification = {
  readonly notificationId: string;
  readonly reason: NotificationReason;
  /** Of a summary the receiver's: `summary <receiver>`. */
  readonly routeId: string;
  readonly groupKey: string;
  /** Who is told, each under a key that no other notification has for it. */
  readonly receivers: readonly { readonly receiverId: string; readonly deliveryKey: string }[];
  /** The alert that leads the group, by which mails are threaded: the first that joined and is still in it. */
  readonly threadId: string;
  /** The gravest first; at most `mostGroupMembers`. */
  readonly alertIds: readonly string[];
  /** The revision of each that was told before; 0 of what is new. */
  readonly toldRevisions: Readonly<Record<string, number>>;
  /** How many entries each had then; what is new isn't there. */
  readonly toldTransactions: Readonly<Record<string, number>>;
  /** The soonest first. */
  readonly next: readonly NextTold[];
};

/** What is to be written in one transaction: all of it, or nothing. */
export type GroupPlan = {
  /** Undefined where it is gone: nothing will ever be told of it again. */
  readonly group: NotificationGroup | undefined;
  /** Undefined where nothing is told now, or all receivers are over their limits. */
  readonly notification: PlannedNotification | undefined;
  /** Those that changed. */
  readonly receiverStates: ReadonlyMap<string, ReceiverState>;
  /** Those that changed, each in its next version. */
  readonly gathering: readonly NotificationGroup[];
};
