import type { KeyObject } from 'node:crypto';
import type { Ruleset } from '@weir/rules';
import { deliveryKeyOf } from '../alert-ids.ts';
import type { Channel } from '../channel.ts';
import { createAddressGuard } from './address-guard.ts';
import { createPoster } from './post.ts';
import { renderWebhook } from './render-webhook.ts';
import { signWebhook } from './sign.ts';

const maxConnections = 4;
/** A delivery refused so often is left: the mail has told the alert, and no other may wait for this receiver. */
const mostRefusals = 3;

export type WebhookChannelOptions = {
  readonly url: string;
  /** Asked for each delivery; each of them signs. */
  readonly secrets: () => readonly KeyObject[];
  readonly timeoutMs: number;
  /** Receivers that may be private: host names, addresses and networks. */
  readonly allow: readonly string[];
  /** The authorities of the receiver's certificate (PEM); the public ones where not set. */
  readonly ca: string | undefined;
  readonly environment: string;
  readonly rulesetOf: (ref: string) => Ruleset | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** Posts each alert to one receiver, signed after Standard Webhooks, under its delivery key. */
export function createWebhookChannel(options: WebhookChannelOptions): Channel {
  const { secrets, now, environment, rulesetOf } = options;
  const poster = createPoster({
    url: new URL(options.url),
    guard: createAddressGuard(options.allow),
    maxConnections,
    timeoutMs: options.timeoutMs,
    ca: options.ca,
    now,
  });
  return {
    name: 'webhook',
    maxParallel: maxConnections,
    mostRefusals,
    deliveriesOf: (notice) => {
      const id = deliveryKeyOf(notice.alert, 'webhook');
      const body = renderWebhook(notice, { environment, rulesetOf });
      const send = () =>
        poster.post(
          {
            'content-type': 'application/json',
            'user-agent': 'Weir',
            'idempotency-key': id,
            ...signWebhook(secrets(), { id, body, nowMs: now() }),
          },
          body,
        );
      return [{ alertId: notice.alert.alertId, name: id, send }];
    },
    check: poster.check,
    close: poster.close,
  };
}
