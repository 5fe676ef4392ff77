import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatchControl } from '@weir/kafka';
import { ChannelWaits } from './channel.ts';
import type { DeliveryOutcome } from './channel.ts';
import { deliver } from './deliver.ts';
import type { RunDeliveries } from './deliver.ts';
import { heldNotice, heldTransaction } from './fixtures/notices.ts';
import { scriptedChannel, silentObserver } from './fixtures/scripted-channel.ts';
import type { Notice } from './plan-run.ts';

const { finding, alert } = heldNotice(heldTransaction());
const noticeOf = (alertId: string): Notice => ({ finding, alert: { ...alert, alertId } });
const notices = ['one', 'two', 'three'].map(noticeOf);
const nothingSettled = (): RunDeliveries => ({ settled: new Set(), refusals: new Map() });

/** A relay that answers by mail and recipient, and a group that goes on. */
function relay(answer: (delivery: string) => DeliveryOutcome, receivers: readonly string[] = ['a@b']) {
  const sent: string[] = [];
  let stopping = false;
  const control: BatchControl = {
    heartbeat: async () => undefined,
    stopping: () => stopping,
    revoked: () => false,
    commit: async () => undefined,
  };
  const channel = scriptedChannel(
    'mail',
    (delivery) => {
      sent.push(delivery.replace('-1-mail', ''));
      return answer(delivery.replace('-1-mail', ''));
    },
    { receivers, maxParallel: 2 },
  );
  return {
    sent,
    stop: () => {
      stopping = true;
    },
    deliver: (given: readonly Notice[], memory: RunDeliveries) =>
      deliver({ channels: [channel], observe: silentObserver }, given, memory, control),
  };
}

const accepted: DeliveryOutcome = { kind: 'accepted' };
const refused: DeliveryOutcome = { kind: 'refused', code: 'EENVELOPE', status: 550 };
const isRefused = (error: unknown): boolean =>
  error instanceof ChannelWaits && error.code === 'mail_refused' && error.recovery === 'retry';

test('Every recipient gets every mail', async () => {
  const { deliver, sent } = relay(() => accepted, ['a@b', 'c@d']);
  assert.equal(await deliver(notices.slice(0, 2), nothingSettled()), true);
  assert.deepEqual(sent, ['one a@b', 'one c@d', 'two a@b', 'two c@d']);
});

test('A mail that is refused for good is never left out, and keeps no other mail from its reader', async () => {
  const { deliver, sent } = relay((delivery) => (delivery === 'two a@b' ? refused : accepted));
  const memory = nothingSettled();
  for (let times = 0; times < 20; times += 1) await assert.rejects(deliver(notices, memory), isRefused);
  assert.deepEqual(sent.slice(0, 3), ['one a@b', 'two a@b', 'three a@b']);
  assert.equal(sent.filter((one) => one === 'two a@b').length, 20);
});

test('Trying again repeats only what the relay did not take', async () => {
  let isAway = true;
  const { deliver, sent } = relay((delivery) => (delivery === 'two a@b' && isAway ? refused : accepted));
  const memory = nothingSettled();
  await assert.rejects(deliver(notices, memory), isRefused);
  isAway = false;
  sent.length = 0;
  assert.equal(await deliver(notices, memory), true);
  assert.deepEqual(sent, ['two a@b']);
});

test('Where the relay is away too, it is what is told, and the webhook is left alone as long as it asked', async () => {
  const relayAway = scriptedChannel('mail', () => ({
    kind: 'unavailable',
    code: 'ETIMEDOUT',
    status: undefined,
  }));
  const busy = scriptedChannel('webhook', () => ({
    kind: 'unavailable',
    code: 'http_status',
    status: 429,
    retryAfterMs: 7_000,
  }));
  const control: BatchControl = {
    heartbeat: async () => undefined,
    stopping: () => false,
    revoked: () => false,
    commit: async () => undefined,
  };
  const parts = { channels: [relayAway, busy], observe: silentObserver };
  await assert.rejects(deliver(parts, notices, nothingSettled(), control), {
    code: 'mail_unavailable',
    retryAfterMs: 7_000,
  });
});

test('A worker that is being stopped starts no further mails and says that it is not done', async () => {
  const one = relay(() => {
    one.stop();
    return accepted;
  });
  assert.equal(await one.deliver(notices, nothingSettled()), false);
  assert.deepEqual(one.sent, ['one a@b', 'two a@b']);
});
