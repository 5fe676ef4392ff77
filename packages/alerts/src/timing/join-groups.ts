import type { Alert, AlertAction, AlertChange, GroupMember, NotificationGroup } from '../model.ts';
import { mostGroupMembers } from '../model.ts';
import type { Route, Routing } from '../routing/document.ts';
import { owedDueAtMs } from './due.ts';
import { createGroupBook, newGroup, withMember, withoutMember } from './group-book.ts';
import type { GroupBook, JoinedGroups } from './group-book.ts';
import { gatheredFor, groupKeysOf, placesFor } from './group-key.ts';
import { closersOf, routeOf, routesFor } from './routes-for.ts';

/** Alerts that changed, each with what changed it: as `takeIn`, `act` and `wake` answer. */
export type JoinGroups = {
  readonly routing: Routing;
  /** One without a change has only ended: its groups are looked at, and forgotten where nothing can come any more. */
  readonly alerts: readonly Alert[];
  /** Of these alerts; those of others are left out. */
  readonly changes: readonly AlertChange[];
  /** Those of `groupIdsFor` these alerts that there are, and those that have one of them as a member. */
  readonly groups: readonly NotificationGroup[];
  readonly nowMs: number;
};

/** What makes something of an alert that people have to be told. */
const newsActions: ReadonlySet<AlertAction> = new Set(['opened', 'grew', 'woke']);

/** The ids of every group that these alerts may join now. */
export const groupIdsFor = (routing: Routing, alerts: readonly Alert[], nowMs: number): readonly string[] => [
  ...new Set(
    alerts.flatMap((alert) =>
      [...routesFor(routing, alert, nowMs), ...routesThatTold(routing, alert)].flatMap((route) =>
        placesFor(route, alert).map(({ groupId }) => groupId),
      ),
    ),
  ),
];

/**
 * Puts alerts into the groups that their routes ask for, and says when each has to be planned. An alert that
 * takes another route than before leaves the groups of the old one. Pure.
 */
export function joinGroups({ routing, alerts, changes, groups, nowMs }: JoinGroups): JoinedGroups {
  const actions = new Map(changes.map(({ alertId, action }) => [alertId, action]));
  const book = createGroupBook(groups.filter((group) => gatheredFor(group) === undefined));
  for (const alert of alerts) {
    const action = actions.get(alert.alertId);
    const isNews = action !== undefined && newsActions.has(action);
    // What wakes and is in no group was forgotten while somebody had it: it was told.
    const before = action === 'woke' ? toldBefore(alert) : { toldRevision: 0, toldTransactions: 0 };
    if (isNews) reroute(book, alert, routesFor(routing, alert, nowMs), { isNews, before, nowMs });
    else if (action === 'joined_case')
      reroute(book, alert, routesOf(routing, book, alert), { isNews, before, nowMs });
    else if (action === 'closed') close(book, routing, alert, nowMs);
    else for (const group of book.of(alert.alertId)) book.save({ ...group, nextAtMs: nowMs });
  }
  return book.result((group) => ({
    ...group,
    nextAtMs: earliest(group.nextAtMs, owedDueAtMs(group, routeOf(routing, group))),
  }));
}

const earliest = (one: number | null, other: number | undefined): number | null =>
  one === null ? (other ?? null) : Math.min(one, other ?? Infinity);

/** The routes that tell of an alert already: joining a case is no news, and makes no other route the right one. */
const routesOf = ({ routes }: Routing, book: GroupBook, { alertId }: Alert): readonly Route[] =>
  routes.filter(({ id }) => book.of(alertId).some(({ routeId }) => routeId === id));

function reroute(
  book: GroupBook,
  alert: Alert,
  routes: readonly Route[],
  {
    isNews,
    before: forgotten,
    nowMs,
  }: {
    readonly isNews: boolean;
    /** What was told of it where no group of a route knows. */
    readonly before: Pick<GroupMember, 'toldRevision' | 'toldTransactions'>;
    readonly nowMs: number;
  },
): void {
  const before = book.of(alert.alertId);
  const stays = new Set<string>();
  for (const route of routes) {
    const ofRoute = before.filter(({ routeId }) => routeId === route.id);
    const keys = groupKeysOf(route.groupBy, route.id, alert);
    const place =
      ofRoute.find(({ key }) => keys.includes(key)) ??
      waitingAsIn(freePlace(book, route, alert, nowMs), ofRoute[0]);
    // Who was told of it by this route was told, whatever group of it tells the rest.
    const told = ofRoute.flatMap(({ members }) => members).find(({ alertId }) => alertId === alert.alertId);
    const isOwed = isNews || (told?.isOwed ?? true);
    const sinceMs = Math.min(nowMs, ...ofRoute.flatMap(({ owedSinceMs }) => owedSinceMs ?? []));
    const { toldRevision, toldTransactions } = told ?? forgotten;
    const member = { alertId: alert.alertId, toldRevision, toldTransactions, isOwed };
    book.save(withMember(place, member, place === ofRoute[0] ? nowMs : sinceMs));
    stays.add(place.groupId);
  }
  const isLeft = ({ groupId, routeId }: NotificationGroup): boolean =>
    !stays.has(groupId) && (isNews || routes.some(({ id }) => id === routeId));
  for (const group of before.filter(isLeft)) book.save(withoutMember(group, alert.alertId));
}

/** What was told of an alert whose groups have forgotten it: it is over, so it didn't grow since. */
const toldBefore = ({ revision, transactions }: Alert) => ({
  ...{ toldRevision: Math.max(1, revision - 1), toldTransactions: transactions },
});

/**
 * What waits for an answer goes on to wait for it in another group, with the reminders and steps that it had. Where
 * that one waits as well, all of it waits by what has more to come: else whoever used up theirs would silence the other.
 */
function waitingAsIn(place: NotificationGroup, left: NotificationGroup | undefined): NotificationGroup {
  if (left === undefined || left.unansweredSinceMs === null) return place;
  const hasMoreToCome = left.reminders < place.reminders || left.escalations < place.escalations;
  if (place.unansweredSinceMs !== null && !hasMoreToCome) return place;
  const { unansweredSinceMs, reminders, escalations } = left;
  const nextAtMs = Math.min(place.nextAtMs ?? Infinity, left.nextAtMs ?? Infinity);
  return {
    ...{ ...place, unansweredSinceMs, reminders, escalations },
    nextAtMs: nextAtMs === Infinity ? place.nextAtMs : nextAtMs,
  };
}

/** Of a closed alert the routes that it took when it opened, as it is now; of another none. */
const routesThatTold = (routing: Routing, alert: Alert): readonly Route[] =>
  alert.state === 'closed' ? routesFor(routing, alert, alert.openedAtMs) : [];

/**
 * Has those told that an alert is closed who were told of it: by the groups that have it, and by those of its
 * routes that have forgotten it since, as nothing was to come of it any more. Nobody by two of them.
 */
function close(book: GroupBook, routing: Routing, alert: Alert, nowMs: number): void {
  const { alertId } = alert;
  const having = book.of(alertId);
  const ended = new Set<string>();
  const isFirst = (route: Route): boolean => {
    const closers = closersOf(routing, route);
    if (closers.length === 0 || closers.some((id) => ended.has(id))) return false;
    for (const id of closers) ended.add(id);
    return true;
  };
  for (const group of having) {
    const wasTold = group.members.some((one) => one.alertId === alertId && one.toldRevision > 0);
    const stays = wasTold && isFirst(routeOf(routing, group));
    book.save({ ...(stays ? group : withoutMember(group, alertId)), nextAtMs: nowMs });
  }
  for (const route of routesThatTold(routing, alert)) {
    if (having.some(({ routeId }) => routeId === route.id) || !isFirst(route)) continue;
    const member = { alertId, ...toldBefore(alert), isOwed: false };
    const place = freePlace(book, route, alert, nowMs);
    book.save({ ...withMember(place, member, nowMs), nextAtMs: nowMs });
  }
}

/**
 * The first group of the route's key that has a place left; a new one where there is none, or where the last
 * alert has just left it: it would be gone by now, had this been two batches.
 */
function freePlace(book: GroupBook, route: Route, alert: Alert, nowMs: number): NotificationGroup {
  const places = placesFor(route, alert);
  const full = (groupId: string): boolean => (book.get(groupId)?.members.length ?? 0) >= mostGroupMembers;
  const place = places.find(({ groupId }) => !full(groupId)) ?? places.at(-1);
  if (place === undefined) throw new TypeError('a route has a place for every alert');
  const known = book.get(place.groupId);
  if (known !== undefined && known.members.length > 0) return known;
  return { ...newGroup({ ...place, routeId: route.id }, nowMs), version: known?.version ?? 0 };
}
