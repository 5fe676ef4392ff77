import { securityRejectionCodes, streams } from '@weir/contracts';
import type { AlertEntry, Damage, History, Violation } from './history.ts';

/** How a delivery is named: what a reader's mailbox would tell a repeat by, and whose mailbox it is. */
export const deliveryName = (messageId: string, recipient: string): string => `${messageId} ${recipient}`;

/** What the receiver of the mails has counted, by Message-ID and recipient. */
export type MailCounts = {
  readonly recipient: string;
  readonly domain: string;
  /** How often each mail was delivered, by `<delivery key@domain> recipient`. */
  readonly deliveries: ReadonlyMap<string, number>;
  /** The mails of alerts from before the history. */
  readonly earlier: ReadonlySet<string>;
};

/** The mails that alerts ask for, by the names they are counted by. */
export const mailsOf = (
  alerts: readonly AlertEntry[],
  { domain, recipient }: Pick<MailCounts, 'domain' | 'recipient'>,
): string[] =>
  alerts.flatMap(({ deliveryKeys }) =>
    deliveryKeys.map((key) => deliveryName(`<${key}@${domain}>`, recipient)),
  );

/**
 * Each held and each flagged transaction is in exactly one alert, and so is each record that was
 * refused for a reason the security team is told of; no alert is about anything
 * else, and no two have one id unless they are about the same. Each alert's
 * delivery key has reached the receiver, and nothing has without an alert.
 */
export function checkAlerts(history: History, mails: MailCounts): Violation[] {
  const byPlace = Map.groupBy(history.alerts, aboutKey);
  const wanted = wantedAlerts(history);
  const delivered = new Set(mails.deliveries.keys());
  const expectedMails = new Set(mailsOf(history.alerts, mails));
  return [
    ...[...wanted].flatMap(([key, what]) => checkOneAlert(what, byPlace.get(key) ?? [])),
    ...history.alerts
      .filter((alert) => !wanted.has(aboutKey(alert)))
      .map((alert) =>
        alertViolation(
          'alert_about_nothing',
          'conflicting',
          alert.about,
          'it was neither held, flagged nor refused',
        ),
      ),
    ...checkIds(history.alerts),
    ...[...expectedMails]
      .filter((name) => !delivered.has(name))
      .map((name): Violation => ({ rule: 'delivered', damage: 'lost', found: `no delivery of ${name}` })),
    ...[...delivered]
      .filter((name) => !expectedMails.has(name) && !mails.earlier.has(name))
      .map((name): Violation => ({
        rule: 'mail_of_nothing',
        damage: 'conflicting',
        found: `no alert has ${name}`,
      })),
  ];
}

/** An id names one alert, however many revisions it has. */
const checkIds = (alerts: readonly AlertEntry[]): Violation[] =>
  [...Map.groupBy(alerts, ({ alertId }) => alertId).values()].flatMap((revisions) =>
    revisions
      .filter((alert) => revisions[0] !== undefined && aboutKey(alert) !== aboutKey(revisions[0]))
      .map(({ about }) =>
        alertViolation('one_id', 'conflicting', about, 'its alert has the id of another one'),
      ),
  );

type Wanted = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly what: string;
};

const aboutKey = ({ kind, about }: Pick<AlertEntry, 'kind' | 'about'>): string =>
  `${kind} ${about.topic}/${about.partition}/${about.offset}`;

function wantedAlerts({ published, rejected }: History): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const { outcome, sourcePartition, sourceOffset } of published) {
    if (outcome !== 'held' && outcome !== 'flagged') continue;
    const about = { topic: streams.received.topic, partition: sourcePartition, offset: sourceOffset };
    wanted.set(aboutKey({ kind: 'unusual_transactions', about }), { ...about, what: outcome });
  }
  for (const { origin, code } of rejected) {
    if (origin.kind !== 'topic' || !securityRejectionCodes.has(code)) continue;
    const { topic, partition, offset } = origin;
    const about = { topic, partition, offset };
    wanted.set(aboutKey({ kind: 'refused_record', about }), { ...about, what: `refused (${code})` });
  }
  return wanted;
}

function checkOneAlert(wanted: Wanted, alerts: readonly AlertEntry[]): Violation[] {
  if (alerts.length === 0)
    return [alertViolation('one_alert', 'lost', wanted, `${wanted.what} and in no alert`)];
  const ids = new Set(alerts.map(({ alertId }) => alertId));
  if (ids.size > 1)
    return [alertViolation('one_alert', 'doubled', wanted, `${wanted.what} and in ${ids.size} alerts`)];
  const revisions = new Set(alerts.map(({ revision }) => revision));
  return revisions.size === alerts.length
    ? []
    : [
        alertViolation(
          'one_revision',
          'doubled',
          wanted,
          `one revision of its alert stands ${alerts.length} times`,
        ),
      ];
}

const alertViolation = (
  rule: string,
  damage: Damage,
  { partition, offset }: { readonly partition: number; readonly offset: number },
  found: string,
): Violation => ({ rule, damage, partition, offset, found });
