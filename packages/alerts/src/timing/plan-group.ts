import type { NotificationGroup } from '../model.ts';
import { receiversOf } from '../routing/check-routes.ts';
import type { Routing } from '../routing/document.ts';
import { gatheredFor, gatheringPlaces } from './group-key.ts';
import { planRoute } from './plan-route.ts';
import { planSummary } from './plan-summary.ts';
import type { GroupPlan, PlanGroup } from './plan.ts';
import { routeOf } from './routes-for.ts';

/** The ids of the groups in which is gathered what is over the limits of those that this group may tell. */
export const gatheringIdsFor = (routing: Routing, group: NotificationGroup): readonly string[] =>
  gatheredFor(group) !== undefined
    ? []
    : receiversOf(routeOf(routing, group)).flatMap((receiverId) =>
        gatheringPlaces(receiverId).map(({ groupId }) => groupId),
      );

/**
 * Decides what is told of a group now, and when it has to be looked at again. Pure: the same
 * gives the same, so that of two that plan one version at once only one can be written.
 */
export const planGroup = (given: PlanGroup): GroupPlan =>
  gatheredFor(given.group) === undefined ? planRoute(given) : planSummary(given);
