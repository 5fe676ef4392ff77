import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { sampleNotifications } from '../../fixtures/sample-notifications.ts';
import { testRuleset } from '../../fixtures/sample-transactions.ts';
import {
  startWebhookReceiver,
  status,
} from '../../../../../packages/outbound/src/fixtures/webhook-receiver.ts';
import type { Notification } from '../../notification.ts';
import { createPagerDutyChannel } from './pagerduty-channel.ts';

async function open(context: TestContext) {
  const receiver = await startWebhookReceiver();
  const channel = createPagerDutyChannel({
    receiverId: 'night',
    url: `http://127.0.0.1:${receiver.port}/v2/enqueue`,
    routingKey: 'R'.repeat(32),
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
  return { receiver, channel };
}

test('A delivery of several alerts is taken once each of its events was, and all are sent again until then', async (context) => {
  const { receiver, channel } = await open(context);
  const message = { deliveryKey: 'key-1-night', target: '-', notification: sampleNotifications.digest };
  const [, second, third] = sampleNotifications.digest.alerts.map(({ alert }) => alert.alertId);
  const answerOf = (codes: Readonly<Record<string, number>>) =>
    receiver.answer((response, post) => {
      const { dedup_key } = JSON.parse(post.body) as { dedup_key: string };
      status(codes[dedup_key] ?? 202, { 'retry-after': '9' })(response, post);
    });

  answerOf({ [second ?? '']: 429, [third ?? '']: 400 });
  assert.deepEqual(await channel.send(message), {
    ...{ kind: 'unavailable', code: 'http_status', status: 429, retryAfterMs: 9_000 },
  });
  answerOf({ [third ?? '']: 400 });
  assert.deepEqual(await channel.send(message), { kind: 'refused', code: 'http_status', status: 400 });
  answerOf({});
  assert.deepEqual(await channel.send(message), { kind: 'accepted' });
  assert.equal(receiver.posts.length, 3 * sampleNotifications.digest.alerts.length);
});

test('What was away while its alert was closed calls nobody any more, and what is reopened does again', async (context) => {
  const { receiver, channel } = await open(context);
  const { reminder, closed } = sampleNotifications;
  const send = (notification: Notification) =>
    channel.send({ deliveryKey: 'key-1-night', target: '-', notification });
  const toldBefore = { ...reminder, createdAtMs: closed.createdAtMs - 60_000 };
  receiver.answer(status(503));
  assert.equal((await send(toldBefore)).kind, 'unavailable');
  receiver.answer(status(202));
  assert.deepEqual(await send(closed), { kind: 'accepted' });
  assert.deepEqual(await send(toldBefore), { kind: 'accepted' });
  assert.deepEqual(await send({ ...reminder, createdAtMs: closed.createdAtMs + 60_000 }), {
    kind: 'accepted',
  });
  assert.deepEqual(
    receiver.posts.map(({ body }) => (JSON.parse(body) as { event_action: string }).event_action),
    ['trigger', 'resolve', 'trigger'],
  );
});
