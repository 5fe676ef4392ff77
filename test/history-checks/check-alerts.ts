import { securityRejectionCodes, streams } from '@weir/contracts';
import { reached } from './history.ts';
import type { AlertRevision, Damage, History, Place, Violation } from './history.ts';

/** The latest revision of each alert, by its id. */
export type KnownAlerts = ReadonlyMap<string, AlertRevision>;

/**
 * Each held and each flagged transaction is an entry of exactly one alert, and so is each record
 * that was refused for a reason the security team is told of; no alert has an entry about anything
 * else. Each revision of an alert is said once, with none left out, in one partition; what is in an
 * alert stays in it. `earlier` has the alerts from before the history.
 */
export function checkAlerts(history: History, earlier: KnownAlerts): Violation[] {
  const latest = latestAlerts(history, earlier);
  const wanted = wantedEntries(history);
  const alertsOf = new Map<string, string[]>();
  for (const { alertId, about } of latest.values())
    for (const place of about) {
      const key = keyOf(place);
      alertsOf.set(key, [...(alertsOf.get(key) ?? []), alertId]);
    }
  return [
    ...[...wanted].flatMap(([key, { what, place }]) => checkEntry(what, place, alertsOf.get(key) ?? [])),
    ...[...latest.values()].flatMap((alert) =>
      checkAbout(history, alert, earlier.get(alert.alertId), wanted),
    ),
    ...[...Map.groupBy(history.alerts, ({ alertId }) => alertId).values()].flatMap((revisions) =>
      checkRevisions(revisions, earlier.get(revisions[0]?.alertId ?? '')),
    ),
    ...[...latest.values()].flatMap((alert) => checkApproved(history, alert)),
  ];
}

/** What is known of alerts once a history is added to what there was. */
export function latestAlerts({ alerts }: Pick<History, 'alerts'>, earlier: KnownAlerts): KnownAlerts {
  const latest = new Map(earlier);
  for (const one of alerts.toSorted((a, b) => a.offset - b.offset))
    if (one.revision > (latest.get(one.alertId)?.revision ?? 0)) latest.set(one.alertId, one);
  return latest;
}

const keyOf = ({ topic, partition, offset }: Place): string => `${topic}/${partition}/${offset}`;

type Wanted = { readonly what: string; readonly place: Place };

function wantedEntries({ published, rejected }: History): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const { outcome, sourcePartition, sourceOffset } of published) {
    if (outcome !== 'held' && outcome !== 'flagged') continue;
    const place = { topic: streams.received.topic, partition: sourcePartition, offset: sourceOffset };
    wanted.set(keyOf(place), { what: outcome, place });
  }
  for (const { origin, code } of rejected) {
    if (origin.kind !== 'topic' || !securityRejectionCodes.has(code)) continue;
    const { topic, partition, offset } = origin;
    const place = { topic, partition, offset };
    // One that has a verdict as well is wrong, which is found elsewhere; its alerts are of one kind or the other.
    wanted.set(keyOf(place), { what: `refused (${code})`, place });
  }
  return wanted;
}

function checkEntry(what: string, place: Place, alertIds: readonly string[]): Violation[] {
  if (alertIds.length === 1) return [];
  return alertIds.length === 0
    ? [violation('one_alert', 'lost', place, `${what} and in no alert`)]
    : [violation('one_alert', 'doubled', place, `${what} and in alerts ${alertIds.length} times`)];
}

function checkAbout(
  { start }: History,
  { about }: AlertRevision,
  before: AlertRevision | undefined,
  wanted: ReadonlyMap<string, Wanted>,
): Violation[] {
  const known = new Set((before?.about ?? []).map(keyOf));
  return about
    .filter((place) => !known.has(keyOf(place)) && !wanted.has(keyOf(place)))
    .filter((place) => place.topic !== streams.received.topic || reached(start, place))
    .map((place) =>
      violation('alert_about_nothing', 'conflicting', place, 'it was neither held, flagged nor refused'),
    );
}

function checkRevisions(
  revisions: readonly AlertRevision[],
  earlier: AlertRevision | undefined,
): Violation[] {
  const violations: Violation[] = [];
  let before = earlier;
  for (const one of revisions.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset)) {
    const found = (rule: string, damage: Damage, text: string): void =>
      void violations.push({ rule, damage, partition: one.partition, offset: one.offset, found: text });
    const expected = (before?.revision ?? 0) + 1;
    if (one.revision < expected) found('one_revision', 'doubled', `revision ${one.revision} again`);
    if (one.revision > expected)
      found('every_revision', 'lost', `revision ${one.revision} behind ${expected - 1}`);
    if (before !== undefined && one.partition !== before.partition)
      found('one_partition', 'conflicting', 'its alert has revisions in two partitions');
    if (one.revision >= expected && !startsWith(one.about, before?.about ?? []))
      found('entries_stay', 'lost', 'an entry of the revision before is missing');
    if (one.revision >= expected) before = one;
  }
  return violations;
}

const startsWith = (all: readonly Place[], first: readonly Place[]): boolean =>
  first.every((place, index) => all[index] !== undefined && keyOf(all[index]) === keyOf(place));

/** What an alert says was approved has gone to detection. */
function checkApproved({ approvals, start }: History, { approved }: AlertRevision): Violation[] {
  const sent = new Set(
    approvals.map(({ sourcePartition, sourceOffset }) => `${sourcePartition}/${sourceOffset}`),
  );
  return approved
    .filter(({ partition, offset }) => reached(start, { partition, offset }))
    .filter(({ partition, offset }) => !sent.has(`${partition}/${offset}`))
    .map((place) => violation('approval_sent', 'lost', place, 'its release was approved, and not sent'));
}

const violation = (
  rule: string,
  damage: Damage,
  { partition, offset }: { readonly partition: number; readonly offset: number },
  found: string,
): Violation => ({ rule, damage, partition, offset, found });
