import type {
  Alert,
  Delivery,
  NotificationGroup,
  NotificationReason,
  PlannedNotification,
  Routing,
} from '@weir/alerts';
import type { AlertRows, AlertStore } from '@weir/alert-store';
import type { WeirError } from '@weir/contracts';
import type { Channel } from '../channels/channel.ts';
import { deliveriesTo } from '../deliver/deliveries-to.ts';
import { encodeNotification } from '../deliver/notification-cache.ts';
import { notificationCell } from '../store/store-columns.ts';
import type { StoreColumns } from '../store/store-columns.ts';
import { composeNotifications } from './compose-notification.ts';
import type { ComposingParts } from './compose-notification.ts';
import { startDueLoop } from './due-loop.ts';
import type { Clock, DueLoop } from './due-loop.ts';
import { planSome, writeSteps } from './plan-due.ts';
import type { PlannedStep, Situation } from './plan-due.ts';

const mostGroupsPerRound = 100;
/** Everybody waits for a transaction: so many groups, with so many alerts, are planned in one. */
const mostGroupsAtOnce = 50;
const mostAlertsAtOnce = 1_000;
/** So many notifications are composed, sealed and written together: some 200 KB each at most. */
const mostToldAtOnce = 20;
/** Of open alerts the ones that changed last; only of these is one kept quiet by another. */
const mostInhibitors = 5_000;
const inhibitorsAtOnce = 1_000;
/** Where something is due that isn't for this loop, it looks again so often. */
const lookAgainMs = 1_000;

/** The routing in force and the channels of its receivers: always of one document. */
export type RoutesInForce = {
  readonly routing: Routing;
  readonly channels: ReadonlyMap<string, Channel>;
};

export type NotifyObserver = {
  told(reason: NotificationReason, alerts: number): void;
  /** The group changed under its plan, or another process was quicker: planned anew. */
  dropped(): void;
  waiting(error: WeirError, delayMs: number): void;
};

export type NotifierOptions = {
  readonly store: Pick<
    AlertStore,
    'transaction' | 'dueGroups' | 'nextDueAtMs' | 'activeSilences' | 'listAlerts'
  > &
    ComposingParts['store'];
  readonly opening: ComposingParts['opening'];
  readonly columns: Pick<StoreColumns, 'seal'>;
  readonly routes: () => RoutesInForce;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly observe: NotifyObserver;
  /** Deliveries were written. */
  readonly onTold: () => void;
};

/**
 * Plans the groups that are due: who is told what, now or later. What is told is composed and sealed outside
 * of any transaction, and written with its deliveries only where nothing that its plan rests on has changed
 * since; so of two processes one drops its plan, and nobody is told twice.
 */
export function startNotifier(options: NotifierOptions): DueLoop {
  const { store, clock, observe } = options;

  async function situationAt(nowMs: number, { routing }: RoutesInForce): Promise<Situation> {
    const silences = await store.activeSilences(nowMs);
    return {
      routing,
      nowMs,
      silences: silences.map(({ silence }) => silence),
      inhibitors: routing.inhibit.length === 0 ? [] : await openAlerts(store),
    };
  }

  /** Answers how many were written: what wasn't is as due as before. */
  async function tell(
    steps: readonly PlannedStep[],
    routes: RoutesInForce,
    situation: Situation,
  ): Promise<number> {
    const { nowMs } = situation;
    const notifications = await composeNotifications(
      options,
      steps.flatMap(({ planned, reading }) =>
        planned === undefined ? [] : [{ ...reading, planned, nowMs }],
      ),
    );
    const sealed = await options.columns.seal(
      notifications.map((one) => ({ ...notificationCell(one), plaintext: encodeNotification(one) })),
    );
    const sealedById = new Map(
      notifications.map(({ notificationId }, index) => [notificationId, sealed[index]]),
    );
    const { written, dropped } = await store.transaction((rows) =>
      writeSteps(rows, steps, situation, async (planned, groupId) => {
        const { notificationId, alertIds } = planned;
        const stored = { notificationId, groupId, alertIds, createdAtMs: nowMs };
        await rows.addNotification(
          { ...stored, sealed: sealedById.get(notificationId) ?? new Uint8Array() },
          deliveriesOf(await withOwnKeys(rows, planned), routes, nowMs),
        );
      }),
    );
    for (const { planned } of written)
      if (planned !== undefined) observe.told(planned.reason, planned.alertIds.length);
    for (const _ of dropped) observe.dropped();
    if (written.length > 0) options.onTold();
    return written.length;
  }

  /** Answers whether anything came of it. */
  async function planAll(
    groups: readonly NotificationGroup[],
    routes: RoutesInForce,
    situation: Situation,
  ): Promise<boolean> {
    let done = 0;
    for (let next = 0; next < groups.length;) {
      const some = groupsAtOnce(groups.slice(next, next + mostGroupsAtOnce));
      const { written, steps } = await store.transaction((rows) =>
        planSome(rows, some, situation, mostToldAtOnce),
      );
      done += written;
      if (steps.length > 0) done += await tell(steps, routes, situation);
      next += some.length;
    }
    return done > 0;
  }

  async function round(nowMs: number): Promise<number> {
    const due = await store.dueGroups(nowMs, mostGroupsPerRound);
    if (due.length > 0) {
      const routes = options.routes();
      const isAnyDone = await planAll(due, routes, await situationAt(nowMs, routes));
      // Further ones may be due already. Where all changed under their plans, it waits for calm.
      return isAnyDone ? nowMs : nowMs + lookAgainMs;
    }
    const dueAtMs = await store.nextDueAtMs();
    return dueAtMs === undefined || dueAtMs > nowMs ? (dueAtMs ?? Infinity) : nowMs + lookAgainMs;
  }

  return startDueLoop({
    clock,
    round,
    random: options.random,
    onRetry: (error, delayMs) => observe.waiting(error, delayMs),
  });
}

/**
 * Within one document a key is given once. Another one may move a receiver to a route that tells the same
 * revision later: that is another notification, under a key that says so.
 */
async function withOwnKeys(rows: AlertRows, planned: PlannedNotification): Promise<PlannedNotification> {
  const known = await rows.knownDeliveryKeys(planned.receivers.map(({ deliveryKey }) => deliveryKey));
  if (known.size === 0) return planned;
  const ownKey = (deliveryKey: string, receiverId: string): string =>
    `${deliveryKey.slice(0, -receiverId.length - 1)}.${planned.notificationId.slice(0, 12)}-${receiverId}`;
  const receivers = planned.receivers.map(({ receiverId, deliveryKey }) => ({
    receiverId,
    deliveryKey: known.has(deliveryKey) ? ownKey(deliveryKey, receiverId) : deliveryKey,
  }));
  return { ...planned, receivers };
}

const deliveriesOf = (
  { notificationId, reason, receivers }: PlannedNotification,
  { channels }: RoutesInForce,
  nowMs: number,
): readonly Delivery[] =>
  receivers.flatMap(({ receiverId, deliveryKey }) =>
    deliveriesTo(
      // What another document named becomes a dead letter that can be read, instead of being told to nobody.
      channels.get(receiverId) ?? { receiverId, name: 'unknown', targets: ['-'] },
      { notificationId, reason, deliveryKey, nowMs },
    ),
  );

/** The first, and further ones as long as they bring few alerts. */
function groupsAtOnce(groups: readonly NotificationGroup[]): readonly string[] {
  let alerts = 0;
  const few = groups.filter(({ members }, index) => {
    alerts += members.length;
    return index === 0 || alerts <= mostAlertsAtOnce;
  });
  return few.map(({ groupId }) => groupId);
}

/** Page by page, the ones that changed last first. */
async function openAlerts(store: Pick<AlertStore, 'listAlerts'>): Promise<readonly Alert[]> {
  const open: Alert[] = [];
  const states = ['new', 'acknowledged', 'investigating', 'snoozed'] as const;
  while (open.length < mostInhibitors) {
    const last = open.at(-1);
    const before =
      last === undefined ? {} : { before: { changedAtMs: last.changedAtMs, alertId: last.alertId } };
    const page = await store.listAlerts({ states, ...before, limit: inhibitorsAtOnce });
    open.push(...page);
    if (page.length < inhibitorsAtOnce) break;
  }
  return open;
}
