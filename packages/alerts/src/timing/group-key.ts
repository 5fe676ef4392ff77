import { digestOf } from '../alert-ids.ts';
import type { Alert, NotificationGroup } from '../model.ts';
import type { Grouping, Route } from '../routing/document.ts';

/**
 * Groups of one key that many alerts may have; what finds no place in them is told by itself. Of an account or
 * a case there are never more alerts than one group holds.
 */
const mostParts: { readonly [By in Grouping]: number } = {
  ...{ alert: 1, account: 1, case: 1 },
  ...{ rule: 16, counterparty: 16, tenant: 16, route: 16 },
};
const mostGathering = 16;

/**
 * What an alert may be grouped by, in words of pseudonyms. One that has nothing of
 * the kind, as a refused record has no account, is told by what it has.
 */
export function groupKeysOf(groupBy: Grouping, routeId: string, alert: Alert): readonly string[] {
  const byItself = `alert ${alert.alertId}`;
  const otherwise = alert.code === null ? byItself : `refused ${alert.code}`;
  const named = (word: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [otherwise] : names.map((name) => `${word} ${name}`);
  const keys: { readonly [By in Grouping]: () => readonly string[] } = {
    alert: () => [byItself],
    account: () => named('account', alert.account === null ? [] : [alert.account]),
    case: () => (alert.caseId === null ? [byItself] : [`case ${alert.caseId}`]),
    rule: () => named('rule', alert.rules),
    counterparty: () => named('counterparty', alert.counterparties),
    tenant: () => [`tenant ${alert.tenant}`],
    route: () => [`route ${routeId}`],
  };
  return keys[groupBy]();
}

/** A place in which an alert may be told: one group that there may be. */
export type GroupPlace = { readonly groupId: string; readonly key: string };

const placeOf = (routeId: string, key: string, part: number): GroupPlace => ({
  groupId: digestOf(['group', routeId, key, String(part)]),
  key,
});

/** The groups of a route that an alert may join, in the order in which they are filled; the last is its own. */
export function placesFor(
  { id, groupBy }: Pick<Route, 'id' | 'groupBy'>,
  alert: Alert,
): readonly GroupPlace[] {
  const [key = ''] = groupKeysOf(groupBy, id, alert);
  const parts = Array.from({ length: mostParts[groupBy] }, (_, part) => placeOf(id, key, part));
  const own = `alert ${alert.alertId}`;
  return key === own ? parts : [...parts, placeOf(id, own, 0)];
}

/** A group in which is gathered what is over a receiver's limit belongs to no route: no route's id has a space. */
const summaryOf = (receiverId: string): string => `summary ${receiverId}`;

/** The groups in which is gathered what is over a receiver's limit, in the order in which they are filled. */
export const gatheringPlaces = (receiverId: string): readonly GroupPlace[] =>
  Array.from({ length: mostGathering }, (_, part) =>
    placeOf(summaryOf(receiverId), `receiver ${receiverId}`, part),
  );

export const gatheringRouteId = summaryOf;

/** The receiver of a group in which is gathered what is over its limit; undefined of any other group. */
export const gatheredFor = ({ routeId }: Pick<NotificationGroup, 'routeId'>): string | undefined =>
  routeId.startsWith('summary ') ? routeId.slice('summary '.length) : undefined;
