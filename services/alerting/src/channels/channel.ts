import type { DeliveryChannel } from '@weir/contracts';
import type { DeliveryOutcome } from '@weir/outbound';
import type { Notification } from '../notification.ts';

export type { DeliveryOutcome };

/** One notification for one target of a receiver. */
export type OutgoingMessage = {
  /** What the receiver drops doubles by; the same in each attempt. */
  readonly deliveryKey: string;
  /** One of the channel's `targets`. */
  readonly target: string;
  readonly notification: Notification;
};

/** A receiver, and the way to it. A new kind of channel is a file in this folder that makes one of these. */
export type Channel = {
  readonly receiverId: string;
  readonly name: DeliveryChannel;
  /** The most messages under way at a time. */
  readonly maxParallel: number;
  /** How long one attempt may take, in ms. */
  readonly timeoutMs: number;
  /** Where each notification goes: of mail one target per address, else `-` alone. */
  readonly targets: readonly string[];
  /** Hands it over within the timeout. The same message gives the same bytes, but for a time that is signed. Never throws. */
  readonly send: (message: OutgoingMessage) => Promise<DeliveryOutcome>;
  /** Whether the receiver can be used, found out without sending anything. Never throws. */
  readonly check: () => Promise<DeliveryOutcome>;
  readonly close: () => void;
};
