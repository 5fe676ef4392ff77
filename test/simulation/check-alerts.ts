import { securityRejectionCodes, streams } from '@weir/contracts';
import type { AlertEntry, History } from '../history-checks/history.ts';
import type { ReceivedMail } from './world.ts';

const subjectOf = ({ kind, about }: AlertEntry): string =>
  `${kind} ${about.topic} ${about.partition}:${about.offset}`;

/** What has to be told to somebody: each held transaction, and each dead letter that is a sign of tampering. */
const subjects = ({ published, rejected }: History): string[] => [
  ...published
    .filter(({ outcome }) => outcome === 'held')
    .map(
      ({ sourcePartition, sourceOffset }) =>
        `unusual_transactions ${streams.received.topic} ${sourcePartition}:${sourceOffset}`,
    ),
  ...rejected.flatMap(({ origin, code }) =>
    origin.kind === 'topic' && securityRejectionCodes.has(code)
      ? [`refused_record ${origin.topic} ${origin.partition}:${origin.offset}`]
      : [],
  ),
];

/**
 * Each held transaction is in exactly one alert, and each alert has exactly one
 * delivery key. What a mail relay is promised is less than what a topic is: a
 * crash between the relay's answer and the alert's record sends the mail again,
 * under the same delivery key (its Message-ID), so that a receiver that drops
 * repeats of a key is left with one. So: every key arrives, no other does, and
 * all mails of one key are the same.
 */
export const checkAlerts = (history: History, mails: readonly ReceivedMail[]): string[] => {
  const { alerts } = history;
  const about = Map.groupBy(alerts, subjectOf);
  const mailsByKey = Map.groupBy(mails, ({ deliveryKey }) => deliveryKey);
  const problems: string[] = [];
  for (const subject of subjects(history)) {
    const count = about.get(subject)?.length ?? 0;
    if (count !== 1) problems.push(`${count} alerts about ${subject}`);
    about.delete(subject);
  }
  problems.push(...[...about.keys()].map((subject) => `an alert about ${subject}, which is none`));
  if (new Set(alerts.map(({ alertId }) => alertId)).size !== alerts.length)
    problems.push('two alerts have the same id');
  for (const { deliveryKeys } of alerts) {
    const key = deliveryKeys[0] ?? '';
    const copies = mailsByKey.get(key) ?? [];
    if (deliveryKeys.length !== 1 || copies.length === 0) problems.push(`nothing was delivered for ${key}`);
    if (new Set(copies.map(({ recipient, text }) => `${recipient} ${text}`)).size > 1)
      problems.push(`different mails have the key ${key}`);
    mailsByKey.delete(key);
  }
  return [...problems, ...[...mailsByKey.keys()].map((key) => `a mail ${key} that no alert names`)];
};
