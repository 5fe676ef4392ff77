export type {
  Actor,
  Alert,
  AlertAction,
  AlertCase,
  AlertChange,
  AlertEntry,
  AlertOutcome,
  AlertState,
  AlertTotal,
  Delivery,
  DeliveryState,
  GroupMember,
  NotificationGroup,
  NotificationReason,
  RecordPlace,
  ReleaseState,
  Silence,
} from './model.ts';
export { alertActions, mostGroupMembers } from './model.ts';
export { alertPartition, caseIdOf, refusedAlertId, unusualAlertId } from './alert-ids.ts';
export { act, endEpisode, wake } from './acts/act.ts';
export type { Act, Acted, ActProblem } from './acts/act.ts';
export { entryIdOf, episodeKeysOf, linksOf, tenantOf } from './intake/facts.ts';
export type { Facts, RefusedFacts, TransactionFacts } from './intake/facts.ts';
export { entryOf, withEntry } from './intake/grow-alert.ts';
export { takeIn } from './intake/take-in.ts';
export type { TakeIn, TakenIn } from './intake/batch.ts';
export type { CaseSettings, EpisodeSettings, IntakeSettings } from './intake/settings.ts';
export { condition } from './routing/document.ts';
export type { Condition, Grouping, Inhibition, Route, Routing } from './routing/document.ts';
export type { RateLimit, Receiver } from './routing/receiver.ts';
export { readMatch, readRouting } from './routing/read-routing.ts';
export type { MatchOutcome, RoutingOutcome } from './routing/read-routing.ts';
export type { RoutingProblem } from './routing/problem.ts';
export { defaultRouting } from './routing/default-routing.ts';
export type { DefaultReceivers } from './routing/default-routing.ts';
export { explainRoute } from './explain/explain-route.ts';
export type { ExplainedRoute, RouteExplanation } from './explain/explain-route.ts';
export type { FailedCondition } from './routing/match.ts';
export { groupIdsFor, joinGroups } from './timing/join-groups.ts';
export type { JoinGroups } from './timing/join-groups.ts';
export type { JoinedGroups } from './timing/group-book.ts';
export { gatheringIdsFor, planGroup } from './timing/plan-group.ts';
export type { GroupPlan, NextTold, PlanGroup, PlannedNotification, ReceiverState } from './timing/plan.ts';
