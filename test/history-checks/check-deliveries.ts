import type { KnownAlerts } from './check-alerts.ts';
import type { Violation } from './history.ts';

/** A message as a receiver got it. */
export type ReceivedMessage = {
  readonly deliveryKey: string;
  readonly target: string;
  /** The alerts that it tells of; none where it is about something else, such as a channel. */
  readonly alertIds: readonly string[];
  /** The same for two messages exactly where they say the same. */
  readonly content: string;
};

/**
 * Each alert is told in at least one message, and no message tells of an alert that there isn't. What a
 * receiver is promised is less than what a topic is: a crash between its answer and the note of it sends the
 * message again, under the same delivery key, so that a receiver that drops repeats of a key is left with
 * one. So all messages of one key have to be the same.
 */
export function checkDeliveries(alerts: KnownAlerts, messages: readonly ReceivedMessage[]): Violation[] {
  const told = new Set(messages.flatMap(({ alertIds }) => alertIds));
  const names = Map.groupBy(messages, ({ deliveryKey, target }) => `${deliveryKey} ${target}`);
  return [
    ...[...alerts.values()]
      .filter(({ alertId }) => !told.has(alertId))
      .map(({ alertId, partition, offset }): Violation => ({
        rule: 'every_alert_told',
        damage: 'lost',
        ...{ partition, offset },
        found: `nobody was told of alert ${alertId.slice(0, 12)}`,
      })),
    ...[...told]
      .filter((alertId) => !alerts.has(alertId))
      .map((alertId): Violation => ({
        rule: 'told_of_nothing',
        damage: 'conflicting',
        found: `a message tells of ${alertId.slice(0, 12)}, which is no alert`,
      })),
    ...[...names]
      .filter(([, copies]) => new Set(copies.map(({ content }) => content)).size > 1)
      .map(([name]): Violation => ({
        rule: 'one_content',
        damage: 'conflicting',
        found: `different messages have the key ${name}`,
      })),
  ];
}
