import { checkAlerts, deliveryName } from '../history-checks/check-alerts.ts';
import type { History, Violation } from '../history-checks/history.ts';
import { recipient } from './alerting-worker.ts';
import type { ReceivedMail } from './world.ts';

const domain = 'simulation';

/**
 * Every alert arrives, and no other mail does; each has exactly one delivery
 * key. What a mail relay is promised is less than what a topic is: a crash
 * between the relay's answer and the alert's record sends the mail again, under
 * the same delivery key (its Message-ID), so that a receiver that drops repeats
 * of a key is left with one. So all mails of one key have to be the same.
 */
export function checkMails(history: History, mails: readonly ReceivedMail[]): Violation[] {
  const names = Map.groupBy(mails, (mail) => deliveryName(`<${mail.deliveryKey}@${domain}>`, mail.recipient));
  const deliveries = new Map([...names].map(([name, copies]) => [name, copies.length]));
  return [
    ...checkAlerts(history, { recipient, domain, deliveries, earlier: new Set() }),
    ...history.alerts
      .filter(({ deliveryKeys }) => deliveryKeys.length !== 1)
      .map(({ about, deliveryKeys }): Violation => {
        const { partition, offset } = about;
        const found = `its alert has ${deliveryKeys.length} delivery keys`;
        return { rule: 'one_delivery', damage: 'conflicting', partition, offset, found };
      }),
    ...[...names]
      .filter(([, copies]) => new Set(copies.map(({ text }) => text)).size > 1)
      .map(([name]): Violation => ({
        rule: 'same_mail',
        damage: 'conflicting',
        found: `different mails have the key ${name}`,
      })),
  ];
}
