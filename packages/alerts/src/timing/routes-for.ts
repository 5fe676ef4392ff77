import type { Alert, NotificationGroup } from '../model.ts';
import type { Route, Routing } from '../routing/document.ts';
import { receiversOf } from '../routing/check-routes.ts';
import { matches } from '../routing/match.ts';
import { isToldOfClosing } from '../routing/receiver.ts';

/** The routes that an alert takes now: the first that matches, and those behind it while they continue. */
export function routesFor(routing: Routing, alert: Alert, nowMs: number): readonly Route[] {
  const taken: Route[] = [];
  for (const route of routing.routes) {
    if (!matches(route.match, alert, { routing, nowMs })) continue;
    taken.push(route);
    if (!route.continue) break;
  }
  return taken;
}

/** The route of a group. Of one that is no more in the document it is the last, which takes what no other does. */
export function routeOf(routing: Routing, { routeId }: Pick<NotificationGroup, 'routeId'>): Route {
  const route = routing.routes.find(({ id }) => id === routeId) ?? routing.routes.at(-1);
  if (route === undefined) throw new RangeError('a routing document has at least one route');
  return route;
}

/** Of those that a route may tell, those that are told that an alert is closed. */
export const closersOf = ({ receivers }: Pick<Routing, 'receivers'>, route: Route): readonly string[] => {
  const closers = new Set(receivers.filter(isToldOfClosing).map(({ id }) => id));
  return receiversOf(route).filter((receiverId) => closers.has(receiverId));
};
