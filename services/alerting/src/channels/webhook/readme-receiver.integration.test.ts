import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { createSecretKey, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pickFreePort } from '@weir/local';
import { makeTempFolder, waitFor } from '@weir/testkit';
import { sampleNotifications } from '../../fixtures/sample-notifications.ts';
import { testRuleset } from '../../fixtures/sample-transactions.ts';
import { createWebhookChannel } from './webhook-channel.ts';

test('The receiver of the README takes what is signed with its secret, and refuses everything else', async (context) => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const program = /^```js\n(.*?)^```$/ms.exec(readme)?.[1] ?? '';
  const file = join(makeTempFolder('webhook-receiver'), 'receiver.mjs');
  writeFileSync(file, program);
  const [port, secret, other] = [await pickFreePort(), randomBytes(32), randomBytes(32)];
  const receiver = fork(file, [], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      WEBHOOK_SECRET: `whsec_${secret.toString('base64')}`,
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let said = '';
  receiver.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  context.after(async () => {
    receiver.kill('SIGKILL');
    await once(receiver, 'close');
  });

  const open = (secrets: readonly Buffer[], now: () => number = Date.now) => {
    const channel = createWebhookChannel({
      receiverId: 'soc',
      url: `http://127.0.0.1:${port}/`,
      secrets: () => secrets.map((bytes) => createSecretKey(bytes)),
      timeoutMs: 10_000,
      allow: ['127.0.0.1'],
      ca: undefined,
      rulesetOf: () => testRuleset,
      now,
    });
    context.after(channel.close);
    return channel;
  };
  await waitFor(async () => (await open([secret]).check()).kind === 'accepted', { what: 'the receiver' });

  const message = { deliveryKey: 'key-1-soc', target: '-', notification: sampleNotifications.first };
  assert.deepEqual(await open([other, secret]).send(message), { kind: 'accepted' });
  const refused = { kind: 'refused', code: 'http_status', status: 401 };
  assert.deepEqual(await open([other]).send(message), refused);
  assert.deepEqual(await open([secret], () => Date.now() - 600_000).send(message), refused);
  await waitFor(() => said.includes('\n'), { what: 'a line about the alert' });
  assert.equal(said, 'key-1-soc 9,500.00 EUR out of NL•• •••• 4300\n');
});
