import type { Alert, Silence } from '../model.ts';
import type { Grouping, Route, Routing } from '../routing/document.ts';
import { failedConditions } from '../routing/match.ts';
import type { FailedCondition } from '../routing/match.ts';
import { afterQuietHours, owedDueAtMs } from '../timing/due.ts';
import { newGroup } from '../timing/group-book.ts';
import { placesFor } from '../timing/group-key.ts';
import type { NextTold } from '../timing/plan.ts';
import { quietFinder } from '../timing/quiet.ts';
import type { Quiet } from '../timing/quiet.ts';
import { closersOf } from '../timing/routes-for.ts';
import { nextTold } from '../timing/turns.ts';

export type ExplainedRoute = {
  readonly routeId: string;
  /** `notReached`: a route before it matched and doesn't continue. */
  readonly result: 'matched' | 'failed' | 'notReached';
  /** Of a failed one, all that failed. */
  readonly failed: readonly FailedCondition[];
  /** Of one that matched: who gets what, when. */
  readonly told:
    | {
        readonly groupBy: Grouping;
        readonly groupKey: string;
        readonly receivers: readonly string[];
        /** When it is told, counted from `nowMs`, if it is new; later where quiet hours hold it back. */
        readonly firstAtMs: number;
        readonly heldBackByQuietHours: boolean;
        readonly next: readonly NextTold[];
        /** Who is told once it is closed. */
        readonly closings: readonly string[];
      }
    | undefined;
};

/** Why an alert is told to whom. */
export type RouteExplanation = {
  readonly alertId: string;
  readonly atMs: number;
  readonly routes: readonly ExplainedRoute[];
  /** Why nothing is told for now; empty where it is. */
  readonly quietBecause: readonly Quiet[];
};

type ExplainRoute = {
  readonly routing: Routing;
  readonly alert: Alert;
  readonly silences: readonly Silence[];
  readonly inhibitors: readonly Alert[];
  readonly nowMs: number;
};

/** Says for an alert which routes match and why, who gets what and when. Plain data; the words are the command's. */
export function explainRoute(given: ExplainRoute): RouteExplanation {
  const { routing, alert, nowMs } = given;
  const routes: ExplainedRoute[] = [];
  let isOver = false;
  for (const route of routing.routes) {
    const failed: readonly FailedCondition[] = isOver
      ? []
      : failedConditions(route.match, alert, { routing, nowMs });
    const result: ExplainedRoute['result'] = isOver ? 'notReached' : failed.length > 0 ? 'failed' : 'matched';
    const told = result === 'matched' ? toldBy(route, given) : undefined;
    routes.push({ routeId: route.id, result, failed, told });
    isOver ||= result === 'matched' && !route.continue;
  }
  return { alertId: alert.alertId, atMs: nowMs, routes, quietBecause: quietFinder(given)(alert) };
}

/** What a route tells of an alert that comes now, and what if nobody acts. Quiet or not: for how long, is said beside it. */
function toldBy(route: Route, { routing, alert, nowMs }: ExplainRoute): ExplainedRoute['told'] {
  const [place] = placesFor(route, alert);
  if (place === undefined) throw new TypeError('a route has a place for every alert');
  const group = { ...newGroup({ ...place, routeId: route.id }, nowMs), owedSinceMs: nowMs };
  const dueAtMs = owedDueAtMs(group, route) ?? nowMs;
  const firstAtMs = afterQuietHours(route, routing, alert.severity, dueAtMs);
  const { alertId, revision: toldRevision, transactions: toldTransactions } = alert;
  const member = { alertId, toldRevision, toldTransactions, isOwed: false };
  const told = {
    ...{ ...group, owedSinceMs: null, told: 1, members: [member] },
    ...{ lastToldAtMs: firstAtMs, unansweredSinceMs: alert.state === 'new' ? firstAtMs : null },
  };
  const standing = { route, group: told, present: [{ member, alert, quiet: [] }] };
  return {
    ...{ groupBy: route.groupBy, groupKey: place.key, receivers: route.to, firstAtMs },
    heldBackByQuietHours: firstAtMs > dueAtMs,
    next: nextTold(standing, { routing, nowMs: firstAtMs }),
    closings: closersOf(routing, route),
  };
}
