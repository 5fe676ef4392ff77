import type { MailCounts } from '../../history-checks/check-alerts.ts';
import type { Violation } from '../../history-checks/history.ts';
import { logPartitions } from '../stack/start-fault-stack.ts';

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
