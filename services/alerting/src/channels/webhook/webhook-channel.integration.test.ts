import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { notificationWebhook } from '@weir/contracts';
import { Webhook } from 'standardwebhooks';
import { canaryNotification } from '../../fixtures/canary-notification.ts';
import { testRuleset } from '../../fixtures/sample-transactions.ts';
import {
  startWebhookReceiver,
  status,
} from '../../../../../packages/outbound/src/fixtures/webhook-receiver.ts';
import { createWebhookChannel } from './webhook-channel.ts';

const secrets = [randomBytes(24), randomBytes(64)];
const accepted = { kind: 'accepted' };

async function open(context: TestContext) {
  const receiver = await startWebhookReceiver();
  const channel = createWebhookChannel({
    receiverId: 'soc',
    url: `http://127.0.0.1:${receiver.port}/weir?of=test`,
    secrets: () => secrets.map((secret) => createSecretKey(secret)),
    timeoutMs: 10_000,
    allow: ['127.0.0.1'],
    ca: undefined,
    now: Date.now,
    rulesetOf: () => testRuleset,
  });
  context.after(async () => {
    channel.close();
    await receiver.stop();
  });
  const send = (number: number) =>
    channel.send({ deliveryKey: `key-${number}-soc`, target: '-', notification: canaryNotification(number) });
  return { receiver, send };
}

test('Any library for Standard Webhooks verifies a delivery with each of the secrets, and with no other', async (context) => {
  const { receiver, send } = await open(context);
  assert.deepEqual(await send(1), accepted);
  const [post] = receiver.posts;
  assert.ok(post !== undefined);
  const headers = post.headers as Record<string, string>;
  for (const secret of secrets) {
    const webhook = new Webhook(`whsec_${secret.toString('base64')}`);
    assert.ok(webhook.verify(post.body, headers));
    assert.throws(() => webhook.verify(`${post.body} `, headers));
    assert.throws(() => webhook.verify(post.body, { ...headers, 'webhook-id': 'another' }));
  }
  assert.throws(() => new Webhook(randomBytes(24)).verify(post.body, headers));

  const body = notificationWebhook.parse(JSON.parse(post.body));
  assert.deepEqual(
    [post.method, post.path, headers['content-type'], headers['webhook-id'], headers['idempotency-key']],
    ['POST', '/weir?of=test', 'application/json', body.deliveryKey, 'key-1-soc'],
  );
});

test('Deliveries one after the other share a connection, also after the receiver has hung up on it', async (context) => {
  const { receiver, send } = await open(context);
  for (let number = 1; number <= 4; number += 1) assert.deepEqual(await send(number), accepted);
  assert.equal(receiver.connections(), 1);
  // The answer to the next request is a hang-up, as if the connection had been idle for too long.
  receiver.answer((response) => {
    receiver.answer(status(204));
    response.socket?.destroy();
  });
  assert.deepEqual(await send(5), accepted);
  assert.equal(receiver.connections(), 2);
});
