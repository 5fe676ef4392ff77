import { securityRejectionCodes, streams } from '@weir/contracts';
import type { AlertEntry, Damage, History, Violation } from '../../history-checks/history.ts';
import { deliveryName } from '../stack/mail-receiver.ts';
import { logPartitions } from '../stack/start-fault-stack.ts';

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
 * Each held transaction is in exactly one alert, and so is each record that was
 * refused for a reason the security team is told of; no alert is about anything
 * else. Each alert's delivery key has reached the receiver, and nothing has
 * without an alert.
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
        alertViolation('alert_about_nothing', 'conflicting', alert.about, 'it was neither held nor refused'),
      ),
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

/** The mails of a round, and what was done to alerting meanwhile. */
export type RoundMails = Pick<MailCounts, 'deliveries'> & {
  /** The deliveries before the round, all of them of alerts that had been written. */
  readonly before: ReadonlyMap<string, number>;
  /** How often alerting may have been kept from noting what it had sent. */
  readonly interruptions: number;
};

/** Alerting notes the mails of at most BATCH_MAX_RECORDS records at once, for each of its partitions by itself. */
const mostMailsOnTheirWay = 50 * 2 * logPartitions;

/**
 * Between a relay's 250 and the record of it an interruption repeats a mail:
 * SMTP can't do better, and its reader tells it by its Message-ID. So a mail may
 * come once more for each interruption of its round, in all no more than were on
 * their way; without one, or once its alert is written, it may not.
 */
export function checkRepeatedMails({ before, deliveries, interruptions }: RoundMails): Violation[] {
  const repeated = [...deliveries].flatMap(([name, count]) => {
    const earlier = before.get(name);
    const times = count - (earlier ?? 1);
    return times === 0 ? [] : [{ name, times, most: earlier === undefined ? interruptions : 0 }];
  });
  const inAll = repeated.reduce((sum, { times }) => sum + times, 0);
  const mostInAll = interruptions * mostMailsOnTheirWay;
  const violation = (found: string): Violation => ({ rule: 'mail_repeated', damage: 'doubled', found });
  return [
    ...repeated
      .filter(({ times, most }) => times > most)
      .map(({ name, times, most }) =>
        violation(`${name} came again ${times} times, at most ${most} are due`),
      ),
    ...(inAll > mostInAll ? [violation(`${inAll} mails came again, at most ${mostInAll} are due`)] : []),
  ];
}

/** Deliveries beyond the first. */
export const repeatedMails = (deliveries: ReadonlyMap<string, number>): number =>
  [...deliveries.values()].reduce((sum, count) => sum + count - 1, 0);

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
    if (outcome !== 'held') continue;
    const about = { topic: streams.received.topic, partition: sourcePartition, offset: sourceOffset };
    wanted.set(aboutKey({ kind: 'unusual_transactions', about }), { ...about, what: 'held' });
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
