import type { Alert, AlertCase, NotificationGroup, PlannedNotification } from '@weir/alerts';
import type { AlertStore } from '@weir/alert-store';
import type { Opener } from '@weir/envelope';
import type { Notification, ShownEntry } from '../notification.ts';
import { openEvidence } from './open-evidence.ts';

const mostInDetail = 10;
const mostIds = 500;

export type ComposingParts = {
  readonly store: Pick<AlertStore, 'entriesById' | 'cases'>;
  readonly opening: { readonly opener: Opener; readonly environment: string };
};

/** What is to be told, and what it is told of. */
export type Telling = {
  readonly planned: PlannedNotification;
  /** As it stood before. */
  readonly group: Pick<NotificationGroup, 'lastToldAtMs'>;
  /** Those of `planned` among them; others are left out. */
  readonly alerts: readonly Alert[];
  readonly nowMs: number;
};

/**
 * Everything that notifications say, in order: the gravest alerts in detail, with the evidence of the entries
 * that tell most, and the rest by number and id. Throws what the store and the KMS throw.
 */
export async function composeNotifications(
  parts: ComposingParts,
  tellings: readonly Telling[],
): Promise<readonly Notification[]> {
  const told = tellings.map(({ planned, alerts }) => {
    const byId = new Map(alerts.map((alert) => [alert.alertId, alert]));
    return planned.alertIds.flatMap((alertId) => byId.get(alertId) ?? []);
  });
  const inDetail = told.flatMap((alerts) => alerts.slice(0, mostInDetail));
  const shown = await openedEntries(parts, inDetail);
  const caseIds = [...new Set(inDetail.flatMap(({ caseId }) => caseId ?? []))];
  const cases = caseIds.length === 0 ? [] : await parts.store.cases(caseIds);
  return tellings.map((telling, index) =>
    notificationOf(parts.opening.environment, telling, told[index] ?? [], shown, cases),
  );
}

type OpenedEntries = ReadonlyMap<string, ShownEntry>;

/** The gravest of an alert's entries first, then the latest, then the one that it began with. */
const wantedOf = ({ gravest, latest, first }: Alert): readonly string[] => [
  ...new Set([gravest, latest, first]),
];

async function openedEntries(
  { store, opening }: ComposingParts,
  alerts: readonly Alert[],
): Promise<OpenedEntries> {
  const opened = await openEvidence(opening, await store.entriesById(alerts.flatMap(wantedOf)));
  return new Map(opened.map((one) => [one.entry.entryId, one]));
}

function notificationOf(
  environment: string,
  { planned, group, nowMs }: Telling,
  told: readonly Alert[],
  entries: OpenedEntries,
  cases: readonly AlertCase[],
): Notification {
  const { notificationId, reason, threadId, routeId, groupKey, next } = planned;
  const { toldRevisions, toldTransactions } = planned;
  const inDetail = told.slice(0, mostInDetail);
  const accounts = told.flatMap(({ tenant, account }) => (account === null ? [] : [`${tenant} ${account}`]));
  return {
    ...{ notificationId, reason, threadId, routeId, groupKey, next, environment },
    createdAtMs: nowMs,
    ...(group.lastToldAtMs === null ? {} : { lastToldAtMs: group.lastToldAtMs }),
    alerts: inDetail.map((alert) => ({
      alert,
      entries: wantedOf(alert).flatMap((entryId) => entries.get(entryId) ?? []),
      toldRevision: toldRevisions[alert.alertId] ?? 0,
      ...withTold(toldTransactions[alert.alertId]),
    })),
    alertCount: told.length,
    transactionCount: told.reduce((sum, { transactions }) => sum + transactions, 0),
    accountCount: new Set(accounts).size,
    moreAlertIds: told.slice(mostInDetail, mostInDetail + mostIds).map(({ alertId }) => alertId),
    cases: cases.filter(({ caseId }) => inDetail.some((alert) => alert.caseId === caseId)),
  };
}

/** Left out where nobody knows, as of groups that are older than this. */
const withTold = (toldTransactions: number | undefined) =>
  toldTransactions === undefined ? {} : { toldTransactions };
