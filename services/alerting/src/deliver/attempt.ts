import type { Delivery } from '@weir/alerts';
import { WeirError } from '@weir/contracts';
import type { Channel, DeliveryOutcome } from '../channels/channel.ts';
import type { Notification } from '../notification.ts';
import type { Clock } from '../notify/due-loop.ts';
import { afterAttempt, failedFor } from './next-attempt.ts';
import type { ReadNotification } from './notification-cache.ts';

/** Where the store or the KMS is away no receiver was asked: the delivery is taken up again so much later. */
const waitsMs = 5_000;

/** What became of a claimed delivery, and how it has to be settled. */
export type Attempted =
  | {
      readonly kind: 'attempted';
      readonly delivery: Delivery;
      readonly outcome: DeliveryOutcome;
      readonly durationMs: number;
      readonly notification: Notification;
    }
  | { readonly kind: 'left'; readonly delivery: Delivery }
  | {
      readonly kind: 'waits';
      readonly delivery: Delivery;
      readonly error: WeirError;
      readonly delayMs: number;
    };

/**
 * Hands one claimed delivery to its channel. Ends before the lease does, whatever the channel does: where
 * reading what it says took too long for that, nothing is sent. Throws what no waiting helps against, such
 * as a key that may not be used.
 */
export async function attempt(
  parts: {
    readonly readNotification: ReadNotification;
    readonly clock: Clock;
    readonly random: () => number;
  },
  channel: Channel,
  claimed: Delivery,
): Promise<Attempted> {
  const { clock } = parts;
  let notification: Notification | undefined;
  try {
    notification = await parts.readNotification(claimed.notificationId);
  } catch (error) {
    if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
    return putBack(claimed, error, clock);
  }
  if (clock.now() + longestSendMs(channel) > (claimed.leasedUntilMs ?? Infinity)) {
    const error = new WeirError('store_unavailable', 'what to send was read too late to be sent in time');
    return putBack(claimed, error, clock);
  }
  const { deliveryKey, target } = claimed;
  const left = (code: Parameters<typeof failedFor>[1]): Attempted => ({
    kind: 'left',
    delivery: failedFor(claimed, code, clock.now()),
  });
  if (notification === undefined) return left('notification_unreadable');
  if (!channel.targets.includes(target)) return left('target_unknown');
  const startedAtMs = clock.now();
  const outcome = await sendWithin(channel, { deliveryKey, target, notification }, clock);
  const nowMs = clock.now();
  const delivery = afterAttempt(claimed, outcome, nowMs, parts.random());
  return { kind: 'attempted', delivery, outcome, durationMs: nowMs - startedAtMs, notification };
}

/** To be taken up again, with nothing counted against its receiver. */
const putBack = (claimed: Delivery, error: WeirError, clock: Clock): Attempted => ({
  kind: 'waits',
  delivery: { ...claimed, leasedUntilMs: null, nextAtMs: clock.now() + waitsMs },
  error,
  delayMs: waitsMs,
});

/** A channel that keeps its timeout ends far earlier. */
const longestSendMs = ({ timeoutMs }: Pick<Channel, 'timeoutMs'>): number => 2 * timeoutMs;

/**
 * A channel keeps its own timeout and never throws. Should one break that, its delivery counts as not taken
 * and becomes a dead letter in the end, instead of keeping every other receiver from being told.
 */
async function sendWithin(
  channel: Channel,
  message: Parameters<Channel['send']>[0],
  clock: Clock,
): Promise<DeliveryOutcome> {
  const settled = new AbortController();
  const overdue = clock
    .wait(longestSendMs(channel), settled.signal)
    .then((): DeliveryOutcome => ({ kind: 'unavailable', code: 'overdue', status: undefined }));
  const sent = Promise.resolve()
    .then(() => channel.send(message))
    .catch((): DeliveryOutcome => ({ kind: 'refused', code: 'channel_broken', status: undefined }));
  const outcome = await Promise.race([sent, overdue]);
  settled.abort();
  return outcome;
}
