import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused, scriptedReceiver, channelsOf } from '../deliver/fixtures/scripted-receiver.ts';
import { createSendTest } from './send-test.ts';

const nowMs = Date.UTC(2025, 5, 15, 12);
const time = { now: () => nowMs };

function stack() {
  const mail = scriptedReceiver(time, 'analysts', { name: 'mail', targets: ['0a1b2c3d', '4e5f6071'] });
  const hook = scriptedReceiver(time, 'console');
  hook.answer = () => refused;
  let ids = 0;
  const sendTest = createSendTest({
    channels: () => channelsOf([mail, hook]),
    environment: 'test',
    now: time.now,
    newId: () => String((ids += 1)),
  });
  return { mail, hook, sendTest };
}

test('A sample goes to every target of every receiver, and what each said is answered', async () => {
  const { sendTest } = stack();
  assert.deepEqual(await sendTest(undefined), [
    {
      receiver: 'analysts',
      channel: 'mail',
      target: '0a1b2c3d',
      result: 'accepted',
      code: null,
      status: null,
    },
    {
      receiver: 'analysts',
      channel: 'mail',
      target: '4e5f6071',
      result: 'accepted',
      code: null,
      status: null,
    },
    {
      receiver: 'console',
      channel: 'webhook',
      target: '-',
      result: 'refused',
      code: 'http_status',
      status: 404,
    },
  ]);
});

test('One receiver alone can be tried, and a name that nobody has is said to be nobody', async () => {
  const { mail, hook, sendTest } = stack();
  assert.equal((await sendTest('console'))?.length, 1);
  assert.equal(mail.sent.length, 0);
  assert.equal(hook.sent.length, 1);
  assert.equal(await sendTest('nobody'), undefined);
});

test('Two samples are no doubles of each other, and say by their reason that nothing happened', async () => {
  const { hook, sendTest } = stack();
  await sendTest('console');
  await sendTest('console');
  assert.equal(new Set(hook.sent.map(({ deliveryKey }) => deliveryKey)).size, 2);
  assert.ok(hook.sent.every(({ notification }) => notification.reason === 'test'));
});
