import { mostAlertEntries } from '@weir/contracts';
import type { Alert, AlertAction, AlertChange, AlertEntry } from '../model.ts';
import { isGraver } from '../severity.ts';
import { createCaseBook } from './case-book.ts';
import { chooseEpisode } from './choose-episode.ts';
import { entryIdOf, episodeKeysOf } from './facts.ts';
import type { Facts } from './facts.ts';
import { entryOf, eventAtMsOf, openAlert, withEntry } from './grow-alert.ts';
import type { TakeIn, TakenIn } from './batch.ts';

/** Takes findings in one after another; each sees what the ones before it led to. */
export function createIntake({ findings, open, known, cases, recent, settings, nowMs }: TakeIn) {
  const before = new Map([...recent, ...open].map((alert) => [alert.alertId, alert]));
  const alerts = new Map(before);
  const openIds = new Map(open.map(({ episodeKey, alertId }) => [episodeKey, alertId]));
  const seen = new Set(known);
  const entries: AlertEntry[] = [];
  const actions = new Map<string, AlertAction>();
  const ended = new Set<string>();
  const caseBook = createCaseBook({ findings, cases, alerts, settings: settings.cases, nowMs });

  const openAt = (key: string): Alert | undefined => alerts.get(openIds.get(key) ?? '');
  const end = (alert: Alert): void => {
    alerts.set(alert.alertId, { ...alert, episodeEndedAtMs: nowMs });
    openIds.delete(alert.episodeKey);
    ended.add(alert.alertId);
  };

  const place = (facts: Facts): Alert => {
    const [present, past] = episodeKeysOf(facts);
    const choice = chooseEpisode({
      eventAtMs: eventAtMsOf(facts),
      present: openAt(present),
      past: openAt(past),
      settings: settings.episode,
    });
    if (choice.ends !== undefined) end(choice.ends);
    if (choice.joins === undefined) {
      const alert = openAlert(facts, choice.lane === 'present' ? present : past, nowMs);
      actions.set(alert.alertId, 'opened');
      openIds.set(alert.episodeKey, alert.alertId);
      entries.push(entryOf(facts, alert.alertId, 0));
      return alert;
    }
    const entry = entryOf(facts, choice.joins.alertId, choice.joins.transactions);
    entries.push(entry);
    return grown(choice.joins, entry);
  };

  const grown = (alert: Alert, entry: AlertEntry): Alert => {
    const wakes = alert.state === 'snoozed' && isGraver(entry.severity, alert.severity);
    if (wakes) actions.set(alert.alertId, 'woke');
    else if (!actions.has(alert.alertId) || actions.get(alert.alertId) === 'joined_case')
      actions.set(alert.alertId, 'grew');
    const joined = withEntry(alert, entry);
    return wakes ? { ...joined, state: 'new', snoozedUntilMs: null } : joined;
  };

  const link = (alert: Alert, facts: Facts, eventAtMs: number): void => {
    for (const linked of caseBook.link(alert, facts, eventAtMs)) {
      alerts.set(linked.alertId, linked);
      if (!actions.has(linked.alertId)) actions.set(linked.alertId, 'joined_case');
    }
  };

  const add = (facts: Facts): void => {
    const entryId = entryIdOf(facts);
    if (seen.has(entryId)) return;
    seen.add(entryId);
    const alert = place(facts);
    alerts.set(alert.alertId, alert);
    if (alert.transactions >= mostAlertEntries) end(alert);
    link(alerts.get(alert.alertId) ?? alert, facts, eventAtMsOf(facts));
  };

  const result = (): TakenIn => {
    const touched = [...actions].map(([alertId, action]) => {
      const alert = alerts.get(alertId);
      if (alert === undefined) throw new TypeError('an alert that was changed is gone');
      const old = before.get(alertId);
      const next = { ...alert, revision: (old?.revision ?? 0) + 1, changedAtMs: nowMs };
      return { next, change: changeOf(next, old?.state ?? 'new', action, nowMs) };
    });
    const isOver = ({ next }: { readonly next: Alert }): boolean => next.episodeEndedAtMs !== null;
    return {
      // Those that are over first, so that there are never two open episodes of one key.
      alerts: [...touched.filter(isOver), ...touched.filter((one) => !isOver(one))].map(({ next }) => next),
      ended: [...ended].filter((id) => !actions.has(id)).flatMap((id) => alerts.get(id) ?? []),
      entries,
      changes: touched.map(({ change }) => change),
      cases: caseBook.changed(),
    };
  };

  return { add, result };
}

const changeOf = (
  { alertId, revision, state }: Alert,
  from: Alert['state'],
  action: AlertAction,
  atMs: number,
): AlertChange => ({
  ...{ alertId, revision, atMs, action, from },
  actor: { kind: 'weir', name: 'alerting' },
  to: state,
  entryId: null,
});
