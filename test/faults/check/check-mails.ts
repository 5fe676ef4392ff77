import type { Violation } from '../../history-checks/history.ts';

/** The mails of a round, and what was done to alerting meanwhile. */
export type RoundMails = {
  /** How often each mail was delivered, by Message-ID and recipient. */
  readonly deliveries: ReadonlyMap<string, number>;
  /** The deliveries before the round, all of them of alerts that had been written. */
  readonly before: ReadonlyMap<string, number>;
  /** How often alerting may have been kept from noting what it had sent. */
  readonly interruptions: number;
  /** The same of the round before: what was on its way is sent again once its lease is over, some seconds later. */
  readonly earlierInterruptions: number;
};

/** Alerting has at most so many mails on their way, one for each connection to the relay; see MAIL_MAX_CONNECTIONS. */
const mostMailsOnTheirWay = 4;

/**
 * Between a relay's 250 and the note of it an interruption repeats a mail:
 * SMTP can't do better, and its reader tells it by its Message-ID. So a mail may
 * come once more for each interruption of its round, in all no more than were on
 * their way; without one it may not.
 */
export function checkRepeatedMails({
  before,
  deliveries,
  interruptions,
  earlierInterruptions,
}: RoundMails): Violation[] {
  const repeated = [...deliveries].flatMap(([name, count]) => {
    const earlier = before.get(name);
    const times = count - (earlier ?? 1);
    return times === 0
      ? []
      : [{ name, times, most: earlier === undefined ? interruptions : earlierInterruptions }];
  });
  const inAll = repeated.reduce((sum, { times }) => sum + times, 0);
  const mostInAll = (interruptions + earlierInterruptions) * mostMailsOnTheirWay;
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
