import { caseIdOf } from '../alert-ids.ts';
import type { Alert, AlertCase } from '../model.ts';
import { linksOf } from './facts.ts';
import type { Facts } from './facts.ts';
import { createLinkIndex } from './link-index.ts';
import { dayMs, minuteMs } from './settings.ts';
import type { CaseSettings } from './settings.ts';

/** So many alerts a case has at most; what comes next begins another. */
const mostCaseAlerts = 500;

type CaseBook = {
  readonly findings: readonly Facts[];
  readonly cases: readonly AlertCase[];
  /** By their ids, as they are now: what the caller changes is seen here. */
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly settings: CaseSettings;
  readonly nowMs: number;
};

/** Joins alerts to cases. Says what changes, and changes none of the alerts itself. */
export function createCaseBook({ findings, cases, alerts, settings, nowMs }: CaseBook) {
  const known = new Map(cases.map((one) => [one.caseId, one]));
  const changed = new Set<string>();
  const index = createLinkIndex(findings, alerts.values());

  const save = (one: AlertCase): void => {
    known.set(one.caseId, one.alerts >= mostCaseAlerts ? { ...one, endedAtMs: nowMs } : one);
    changed.add(one.caseId);
  };

  /** The open case of a link that lies nearest in time; one that lies too far back is over. */
  const openCase = (tenant: string, link: string, eventAtMs: number): AlertCase | undefined => {
    const withinMs = withinMsOf(link, settings);
    const open = [...known.values()].filter(
      (one) => one.endedAtMs === null && one.tenant === tenant && one.links.includes(link),
    );
    for (const one of open) if (eventAtMs > one.lastEventAtMs + withinMs) save({ ...one, endedAtMs: nowMs });
    const distanceMs = (one: AlertCase): number => Math.abs(eventAtMs - one.lastEventAtMs);
    return open
      .filter((one) => distanceMs(one) <= withinMs)
      .sort((one, other) => distanceMs(one) - distanceMs(other) || (one.caseId < other.caseId ? -1 : 1))[0];
  };

  /**
   * The alerts without a case that a link makes one case with this one; none where they are too few. Those
   * that are in another case count as accounts, and stay where they are.
   */
  const alike = (alert: Alert, link: string, eventAtMs: number): readonly Alert[] => {
    const near = index
      .idsOf(alert.tenant, link)
      .flatMap((id) => alerts.get(id) ?? [])
      .filter((other) => Math.abs(eventAtMs - other.lastEventAtMs) <= withinMsOf(link, settings));
    const others = near.filter(({ alertId }) => alertId !== alert.alertId);
    const accounts = new Set([alert, ...others].map(({ account }) => account)).size;
    if (!isCounterparty(link) && accounts < settings.ruleAccounts) return [];
    return others.filter(({ caseId }) => caseId === null).slice(0, mostCaseAlerts - 1);
  };

  const openNew = (link: string, [first, ...others]: readonly [Alert, ...Alert[]]): readonly Alert[] => {
    const { tenant, alertId } = [first, ...others].reduce(earlierOf);
    const caseId = caseIdOf({ tenant, link, alertId });
    save({
      ...{ caseId, tenant, links: [link], alerts: others.length + 1 },
      ...{ openedAtMs: nowMs, endedAtMs: null },
      lastEventAtMs: Math.max(first.lastEventAtMs, ...others.map((one) => one.lastEventAtMs)),
    });
    return [first, ...others].map((one) => ({ ...one, caseId }));
  };

  const join = (alert: Alert, one: AlertCase, eventAtMs: number): Alert => {
    save({ ...one, alerts: one.alerts + 1, lastEventAtMs: Math.max(one.lastEventAtMs, eventAtMs) });
    return { ...alert, caseId: one.caseId };
  };

  const keepAlive = (caseId: string, links: readonly string[], eventAtMs: number): void => {
    const one = known.get(caseId);
    if (one === undefined || !one.links.some((link) => links.includes(link))) return;
    if (eventAtMs > one.lastEventAtMs) save({ ...one, lastEventAtMs: eventAtMs });
  };

  /** The alerts that change because of what an alert was just raised for: it, and perhaps others. */
  const link = (alert: Alert, facts: Facts, eventAtMs: number): readonly Alert[] => {
    const links = linksOf(facts);
    index.add(alert, links);
    if (alert.caseId !== null) {
      keepAlive(alert.caseId, links, eventAtMs);
      return [];
    }
    for (const name of links) {
      const open = openCase(alert.tenant, name, eventAtMs);
      if (open !== undefined) return [join(alert, open, eventAtMs)];
      const others = alike(alert, name, eventAtMs);
      if (others.length > 0) return openNew(name, [alert, ...others]);
    }
    return [];
  };

  return { link, changed: (): readonly AlertCase[] => [...changed].flatMap((id) => known.get(id) ?? []) };
}

const isCounterparty = (link: string): boolean => link.startsWith('counterparty ');

const withinMsOf = (link: string, { counterpartyDays, ruleMinutes }: CaseSettings): number =>
  isCounterparty(link) ? counterpartyDays * dayMs : ruleMinutes * minuteMs;

/** By event time, so that it is the same however records are cut into batches. */
const earlierOf = (one: Alert, other: Alert): Alert =>
  one.firstEventAtMs < other.firstEventAtMs ||
  (one.firstEventAtMs === other.firstEventAtMs && one.alertId < other.alertId)
    ? one
    : other;
