import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** What a webhook is signed as: Standard Webhooks 1.0, symmetric signatures. */
export type SignedHeaders = {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
};

/**
 * The headers that prove who sent a body and when, with one signature for each
 * secret: HMAC-SHA-256 over `id.timestamp.body`. `nowMs` is the time of this
 * attempt, so that a receiver can refuse one that was recorded and is replayed.
 */
export function signWebhook(
  secrets: readonly KeyObject[],
  request: { readonly id: string; readonly body: Uint8Array; readonly nowMs: number },
): SignedHeaders {
  const timestamp = String(Math.floor(request.nowMs / 1_000));
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', secret).update(`${request.id}.${timestamp}.`).update(request.body);
    return `v1,${hmac.digest('base64')}`;
  });
  return {
    'webhook-id': request.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
