import { WeirError } from '@weir/contracts';
import type { DeliveryChannel, ErrorCode } from '@weir/contracts';
import type { Notice } from './plan-run.ts';

/**
 * What became of one delivery. `unavailable`: it may be taken later, not before
 * `retryAfterMs` where the receiver said so. `refused`: the receiver said that
 * it never will. `code` is a closed code and `status` the receiver's number;
 * its text is left out, for it may repeat what it was sent.
 */
export type DeliveryOutcome =
  | { readonly kind: 'accepted' }
  | {
      readonly kind: 'unavailable';
      readonly code: string;
      readonly status: number | undefined;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'refused'; readonly code: string; readonly status: number | undefined };

/** One notice on its way to one receiver. */
export type Delivery = {
  readonly alertId: string;
  /** The delivery key and, where a channel has several, the receiver: names it among all deliveries. */
  readonly name: string;
  /** Hands it over within the channel's timeout. Never throws. */
  readonly send: () => Promise<DeliveryOutcome>;
};

/** A way to tell people and their systems about alerts. A new one is a file that makes one of these. */
export type Channel = {
  readonly name: DeliveryChannel;
  /** The most deliveries of one partition under way at a time. */
  readonly maxParallel: number;
  /** So often a refusal for good is tried before the delivery is left; infinite where nothing may be left. */
  readonly mostRefusals: number;
  /** What is to be sent about a notice: pure, and the same each time. */
  readonly deliveriesOf: (notice: Notice) => readonly Delivery[];
  /** Whether the receiver can be used, found out without sending anything. Never throws. */
  readonly check: () => Promise<DeliveryOutcome>;
  readonly close: () => void;
};

/** A channel that did not take everything: its partition waits and tries again. */
export class ChannelWaits extends WeirError {
  /** How long the receiver asked to be left alone, in ms. */
  readonly retryAfterMs: number;

  constructor(code: ErrorCode, retryAfterMs = 0) {
    super(code, 'a channel did not take a delivery');
    this.retryAfterMs = retryAfterMs;
  }
}
