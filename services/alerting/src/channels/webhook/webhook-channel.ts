import type { KeyObject } from 'node:crypto';
import type { Ruleset } from '@weir/rules';
import type { Channel } from '../channel.ts';
import { createHttpChannel } from '../http/http-channel.ts';
import type { HttpReceiver } from '../http/http-channel.ts';
import { renderNotification } from './render-notification.ts';
import { signWebhook } from './sign.ts';

const maxConnections = 4;

export type WebhookChannelOptions = HttpReceiver & {
  /** Asked for each delivery; each of them signs. */
  readonly secrets: () => readonly KeyObject[];
  readonly rulesetOf: (ref: string) => Ruleset | undefined;
};

/** Posts each notification to one receiver, signed after Standard Webhooks, under its delivery key. */
export const createWebhookChannel = (options: WebhookChannelOptions): Channel =>
  createHttpChannel(options, {
    name: 'webhook',
    minTls: 'TLSv1.3',
    maxParallel: maxConnections,
    requestsOf: ({ notification, deliveryKey }) => {
      const body = renderNotification(notification, { deliveryKey, rulesetOf: options.rulesetOf });
      const signed = signWebhook(options.secrets(), { id: deliveryKey, body, nowMs: options.now() });
      return [{ headers: { 'idempotency-key': deliveryKey, ...signed }, body }];
    },
  });
