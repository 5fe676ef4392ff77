import type { Delivery } from '@weir/alerts';
import type { Logger, Metrics } from '@weir/runtime';
import type { Channel, DeliveryOutcome } from '../channels/channel.ts';
import type { DeliverObserver } from './deliverer.ts';
import type { FailingChannel } from './outages.ts';
import type { HeldToTold } from './held-to-told.ts';

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

export type DeliveriesObserver = DeliverObserver & {
  /** A receiver has failed for long enough to tell others, of whom there are so many. */
  outage(channel: FailingChannel, told: number): void;
  /** What came of asking a receiver whether it can be used. */
  checked(channel: Pick<Channel, 'receiverId' | 'name'>, outcome: DeliveryOutcome): void;
};

/** Turns what becomes of deliveries into metrics and log lines: keys, receivers and codes alone. */
export function createDeliveriesObserver(
  metrics: Metrics,
  log: Logger,
  heldToTold: Pick<HeldToTold, 'accepted'>,
  now: () => number,
): DeliveriesObserver {
  const labels = ['receiver', 'channel'] as const;
  const attempts = metrics.counter('deliveries_total', 'Deliveries tried, by what their receiver said.', [
    ...labels,
    'outcome',
  ]);
  const seconds = metrics.histogram(
    'delivery_seconds',
    'How long a receiver took over a delivery.',
    [...labels, 'outcome'],
    secondsBuckets,
  );
  const retries = metrics.counter('delivery_retries_total', 'Deliveries that were tried before.', labels);
  const failures = metrics.counter('deliveries_failed_total', 'Deliveries that became dead letters.', [
    ...labels,
    'code',
  ]);
  const failing = metrics.gauge('receiver_failing', '1 where the last attempt was not taken.', labels);
  const outages = metrics.counter(
    'outages_total',
    'Receivers that failed for so long that others were told.',
    labels,
  );

  const labelsOf = ({ receiverId, channel }: Delivery) => ({ receiver: receiverId, channel });
  const fieldsOf = ({ notificationId, receiverId, channel, attempts: made, reason }: Delivery) => ({
    notificationId,
    receiver: receiverId,
    channel,
    attempts: made,
    reason,
  });
  function failed(delivery: Delivery): void {
    failures.add({ ...labelsOf(delivery), code: delivery.lastCode ?? 'unknown' });
    log.error(
      'a delivery became a dead letter: weir alerts failed lists it, weir alerts retry sends it again',
      {
        ...fieldsOf(delivery),
        code: delivery.lastCode ?? 'unknown',
        status: delivery.lastStatus ?? undefined,
      },
    );
  }

  return {
    attempted(delivery, outcome, durationMs, notification) {
      const named = { ...labelsOf(delivery), outcome: outcome.kind };
      attempts.add(named);
      seconds.observe(named, durationMs / 1_000);
      if (delivery.attempts > 1) retries.add(labelsOf(delivery));
      failing.set(labelsOf(delivery), outcome.kind === 'accepted' ? 0 : 1);
      if (delivery.state === 'failed') return failed(delivery);
      if (outcome.kind === 'accepted') {
        heldToTold.accepted(notification, now());
        return log.info('a notification was delivered', { ...fieldsOf(delivery), durationMs });
      }
      log.warn('a receiver did not take a notification; it is tried again', {
        ...fieldsOf(delivery),
        outcome: outcome.kind,
        code: outcome.code,
        status: outcome.status,
        delayMs: delivery.nextAtMs - now(),
      });
    },
    left: failed,
    leaseLost(delivery) {
      log.warn('a delivery took longer than its lease, and another process has it', fieldsOf(delivery));
    },
    waiting(error, delayMs) {
      log.warn('deliveries wait for something other than their receivers', { error, delayMs });
    },
    outage({ receiverId, name }, told) {
      outages.add({ receiver: receiverId, channel: name });
      log.error('a receiver can not be reached, and receivers of other channels are told', {
        receiver: receiverId,
        channel: name,
        count: told,
      });
    },
    checked({ receiverId, name }, outcome) {
      const named = { receiver: receiverId, channel: name };
      failing.set(named, outcome.kind === 'accepted' ? 0 : 1);
      if (outcome.kind === 'accepted') return;
      const { code, status } = outcome;
      log.error('a receiver can not be used: correct its address, its secrets or what it runs on', {
        ...named,
        code,
        status,
      });
    },
  };
}
