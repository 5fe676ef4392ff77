import { securityRejectionCodes } from '@weir/contracts';
import type { Alert } from '@weir/contracts';
import type { Topics } from './topics.ts';
import type { ReceivedMail } from './world.ts';

const subjectOf = (alert: Alert): string =>
  alert.kind === 'unusual_transactions'
    ? `held ${alert.sourcePartition}:${alert.sourceOffset}`
    : `refused ${alert.topic} ${alert.partition}:${alert.offset}`;

/** What has to be told to somebody: each held transaction, and each dead letter that is a sign of tampering. */
const subjects = ({ held, rejected }: Topics): string[] => [
  ...held.map(({ payload }) => `held ${payload.sourcePartition}:${payload.sourceOffset}`),
  ...rejected.flatMap(({ payload: { origin, rejections } }) =>
    origin.kind === 'topic' && rejections.some(({ code }) => securityRejectionCodes.has(code))
      ? [`refused ${origin.topic} ${origin.partition}:${origin.offset}`]
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
export const checkAlerts = (topics: Topics, mails: readonly ReceivedMail[]): string[] => {
  const alerts = topics.alerts.map(({ payload }) => payload);
  const about = Map.groupBy(alerts, subjectOf);
  const mailsByKey = Map.groupBy(mails, ({ deliveryKey }) => deliveryKey);
  const problems: string[] = [];
  for (const subject of subjects(topics)) {
    const count = about.get(subject)?.length ?? 0;
    if (count !== 1) problems.push(`${count} alerts about ${subject}`);
    about.delete(subject);
  }
  problems.push(...[...about.keys()].map((subject) => `an alert about ${subject}, which is none`));
  if (new Set(alerts.map(({ alertId }) => alertId)).size !== alerts.length)
    problems.push('two alerts have the same id');
  for (const { deliveries } of alerts) {
    const key = deliveries[0]?.deliveryKey ?? '';
    const copies = mailsByKey.get(key) ?? [];
    if (deliveries.length !== 1 || copies.length === 0) problems.push(`nothing was delivered for ${key}`);
    if (new Set(copies.map(({ recipient, text }) => `${recipient} ${text}`)).size > 1)
      problems.push(`different mails have the key ${key}`);
    mailsByKey.delete(key);
  }
  return [...problems, ...[...mailsByKey.keys()].map((key) => `a mail ${key} that no alert names`)];
};
