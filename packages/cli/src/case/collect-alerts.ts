import {
  alertChangesAnswer,
  alertDetailAnswer,
  alertEntriesAnswer,
  alertListAnswer,
  deliveriesAnswer,
  type AlertAnswer,
  type AlertChangesAnswer,
  type AlertDetailAnswer,
  type AlertEntriesAnswer,
  type AlertEntryAnswer,
  type AlertListAnswer,
  type DeliveryAnswer,
} from '@weir/contracts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { AskApi } from '../http/connect-api.ts';
import { caseBounds } from './case-bounds.ts';
import { alertInRange, changesInRange, type AlertItself } from './cut-to-range.ts';

/** An alert of the case: what it is about as far as that is in the range, who was told, and what people did. */
export type CollectedAlert = Pick<AlertDetailAnswer, 'releases'> & {
  /** Without what it says of all its transactions together, where some are not in the range. */
  readonly alert: AlertItself | AlertAnswer;
  /** The oldest first. */
  readonly changes: AlertChangesAnswer['changes'];
  readonly deliveries: readonly DeliveryAnswer[];
  /** Without their sealed evidence: it is among the events of verdicts.ndjson, opened. */
  readonly entries: readonly Omit<AlertEntryAnswer, 'evidence'>[];
  /** How many of its transactions are not in the range. */
  readonly others: number;
};

/** Whether the caller may read the alerts of an account at all. Throws what the API refuses. */
export async function requireAlerts(ask: AskApi, account: string): Promise<void> {
  await ask(alertListAnswer, `/v1/alerts?${queryOf({ account, limit: '1' })}`);
}

/** The alerts of an account that some of these transactions are part of, the oldest first. */
export async function collectAlerts(
  ask: AskApi,
  account: string,
  transactions: ReadonlySet<string>,
): Promise<readonly CollectedAlert[]> {
  const collected: CollectedAlert[] = [];
  for (const alert of await alertsOf(ask, account)) {
    const entries = await entriesOf(ask, alert);
    const mine = entries.filter(({ entryId }) => transactions.has(entryId));
    if (mine.length === 0) continue;
    const path = `/v1/alerts/${alert.alertId}`;
    const detail = await ask(alertDetailAnswer, path);
    const changes = await ask(alertChangesAnswer, `${path}/changes`);
    const { deliveries } = await ask(deliveriesAnswer, `${path}/deliveries`);
    const others = entries.length - mine.length;
    collected.push({
      alert: alertInRange(detail.alert, others),
      releases: detail.releases.filter(({ transaction }) => transactions.has(transaction)),
      changes: changesInRange(changes, transactions),
      deliveries,
      entries: mine.map(({ evidence: _evidence, ...entry }) => entry),
      others,
    });
  }
  return collected.toSorted((a, b) => (a.alert.openedAt < b.alert.openedAt ? -1 : 1));
}

const alertsOfOneAnswer = 500;

async function alertsOf(ask: AskApi, account: string): Promise<readonly AlertAnswer[]> {
  const alerts: AlertAnswer[] = [];
  let next: string | null = null;
  do {
    const asked = { account, limit: String(alertsOfOneAnswer), ...(next === null ? {} : { after: next }) };
    const page: AlertListAnswer = await ask(alertListAnswer, `/v1/alerts?${queryOf(asked)}`);
    alerts.push(...page.alerts);
    next = page.next;
    if (alerts.length > caseBounds.mostAlerts)
      throw new CommandError(
        exitCodes.notAsItShouldBe,
        `The account has more than ${caseBounds.mostAlerts} alerts, more than a case holds`,
      );
  } while (next !== null);
  return alerts;
}

async function entriesOf(ask: AskApi, { alertId }: AlertAnswer): Promise<readonly AlertEntryAnswer[]> {
  const entries: AlertEntryAnswer[] = [];
  let from: number | null = 0;
  do {
    const page: AlertEntriesAnswer = await ask(
      alertEntriesAnswer,
      `/v1/alerts/${alertId}/entries?limit=50&from=${String(from)}`,
    );
    entries.push(...page.entries);
    from = page.next;
  } while (from !== null);
  return entries;
}

const queryOf = (asked: Readonly<Record<string, string>>): string => new URLSearchParams(asked).toString();
