import type { Delivery, NotificationReason } from '@weir/alerts';
import type { Channel } from '../channels/channel.ts';

/** One delivery of a notification for each target of a receiver, due at once. */
export const deliveriesTo = (
  {
    receiverId,
    name,
    targets,
  }: Pick<Channel, 'receiverId' | 'targets'> & { readonly name: Channel['name'] | 'unknown' },
  notification: {
    readonly notificationId: string;
    readonly reason: NotificationReason;
    readonly deliveryKey: string;
    readonly nowMs: number;
  },
): readonly Delivery[] =>
  targets.map((target) => ({
    deliveryKey: notification.deliveryKey,
    target,
    receiverId,
    channel: name,
    notificationId: notification.notificationId,
    reason: notification.reason,
    state: 'due',
    attempts: 0,
    createdAtMs: notification.nowMs,
    nextAtMs: notification.nowMs,
    leasedUntilMs: null,
    lastCode: null,
    lastStatus: null,
    settledAtMs: null,
  }));
