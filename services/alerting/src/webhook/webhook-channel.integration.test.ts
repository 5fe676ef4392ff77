import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { alertWebhook } from '@weir/contracts';
import { createDevelopmentAuthority } from '@weir/local';
import type { DevelopmentAuthority } from '@weir/local';
import { canaries, findCanaries } from '@weir/testkit';
import { Webhook } from 'standardwebhooks';
import type { DeliveryOutcome } from '../channel.ts';
import { heldNotice, heldTransaction, testRuleset } from '../fixtures/notices.ts';
import { startWebhookReceiver, status } from '../fixtures/webhook-receiver.ts';
import { createWebhookChannel } from './webhook-channel.ts';

let authority: DevelopmentAuthority;
before(async () => {
  authority = await createDevelopmentAuthority();
});

const secrets = [randomBytes(24), randomBytes(64)];

/** What a receiver presents, unless a test wants it otherwise. */
type Presented = {
  readonly of?: DevelopmentAuthority;
  readonly hosts?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly maxVersion?: 'TLSv1.2';
};

async function open(
  context: TestContext,
  options: {
    readonly presented?: Presented;
    readonly host?: string;
    readonly allow?: readonly string[];
  } = {},
) {
  const { of = authority, maxVersion, ...certificate } = options.presented ?? {};
  const { certPem, keyPem } = await of.issue({ name: 'receiver', use: 'server', ...certificate });
  const tls = {
    cert: certPem,
    key: keyPem,
    ...(maxVersion === undefined ? {} : { maxVersion, minVersion: maxVersion }),
  };
  const receiver = await startWebhookReceiver({ tls });
  const channel = createWebhookChannel({
    url: `https://${options.host ?? '127.0.0.1'}:${receiver.port}/weir?of=test`,
    secrets: () => secrets.map((secret) => createSecretKey(secret)),
    timeoutMs: 600,
    allow: options.allow ?? ['127.0.0.1', 'localhost'],
    ca: authority.caPem,
    environment: 'test',
    rulesetOf: () => testRuleset,
    now: Date.now,
  });
  context.after(async () => {
    channel.close();
    await receiver.stop();
  });
  let made = 0;
  /** Delivers an alert nobody has seen before. */
  const deliver = async (): Promise<DeliveryOutcome> => {
    made += 1;
    const held = heldTransaction({
      transaction: {
        transactionId: `tx-${made}`,
        account: { other: { id: canaries.iban } },
        counterparty: { name: canaries.counterpartyName },
        remittanceInformation: canaries.description,
      },
    });
    const [delivery] = channel.deliveriesOf(heldNotice(held));
    if (delivery === undefined) throw new Error('each notice has one delivery');
    return delivery.send();
  };
  return { receiver, channel, deliver };
}

const accepted: DeliveryOutcome = { kind: 'accepted' };
const unavailable = (code: string): DeliveryOutcome => ({ kind: 'unavailable', code, status: undefined });

test('Any library for Standard Webhooks verifies a delivery with each of the secrets, and with no other', async (context) => {
  const { receiver, deliver } = await open(context);
  assert.deepEqual(await deliver(), accepted);
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

  const body = alertWebhook.parse(JSON.parse(post.body));
  assert.deepEqual(
    [post.method, post.path, headers['content-type'], headers['webhook-id'], headers['idempotency-key']],
    ['POST', '/weir?of=test', 'application/json', body.deliveryKey, body.deliveryKey],
  );
  assert.equal(body.deliveryKey, `${body.alertId}-1-webhook`);
  assert.deepEqual(findCanaries(Buffer.from(JSON.stringify(post))), []);
});

test('Deliveries one after the other share a connection, also after the receiver has hung up on it', async (context) => {
  const { receiver, deliver } = await open(context);
  for (let times = 0; times < 4; times += 1) assert.deepEqual(await deliver(), accepted);
  assert.equal(receiver.connections(), 1);
  // The answer to the next request is a hang-up, as if the connection had been idle for too long.
  receiver.answer((response) => {
    receiver.answer(status(204));
    response.socket?.destroy();
  });
  assert.deepEqual(await deliver(), accepted);
  assert.equal(receiver.connections(), 2);
});

test('What a status says about a delivery', async (context) => {
  const { receiver, deliver } = await open(context);
  for (const code of [200, 202, 204]) {
    receiver.answer(status(code));
    assert.deepEqual(await deliver(), accepted);
  }
  for (const code of [400, 401, 403, 404, 410, 413, 422]) {
    receiver.answer(status(code));
    assert.deepEqual(await deliver(), { kind: 'refused', code: 'http_status', status: code });
  }
  for (const code of [408, 425, 429, 500, 502, 503]) {
    receiver.answer(status(code, { 'retry-after': '7' }));
    const expected = { kind: 'unavailable', code: 'http_status', status: code, retryAfterMs: 7_000 };
    assert.deepEqual(await deliver(), expected);
  }
});

test('A redirect is a refusal, and nobody follows it', async (context) => {
  const { receiver, deliver } = await open(context);
  const elsewhere = await startWebhookReceiver();
  context.after(elsewhere.stop);
  for (const location of ['http://169.254.169.254/latest/meta-data/', `http://127.0.0.1:${elsewhere.port}/`])
    for (const code of [301, 302, 307, 308]) {
      receiver.answer(status(code, { location }));
      assert.deepEqual(await deliver(), { kind: 'refused', code: 'redirect', status: code });
    }
  assert.equal(elsewhere.connections(), 0);
});

test('A receiver that is silent, trickles or hangs up is away', async (context) => {
  const { receiver, deliver } = await open(context);
  receiver.answer(() => undefined);
  assert.deepEqual(await deliver(), unavailable('ETIMEDOUT'));

  receiver.answer((response) => {
    const timer = setInterval(() => response.socket?.write('H'), 50);
    response.socket?.once('close', () => clearInterval(timer));
  });
  const outcome = await deliver();
  assert.equal(outcome.kind, 'unavailable');

  receiver.answer((response) => {
    // The head is begun properly and never ends.
    response.socket?.write('HTTP/1.1 200 OK\r\n');
    const timer = setInterval(() => response.socket?.write('x-more: 1\r\n'), 50);
    response.socket?.once('close', () => clearInterval(timer));
  });
  assert.equal((await deliver()).kind, 'unavailable');

  receiver.answer((response) => response.socket?.destroy());
  assert.deepEqual(await deliver(), unavailable('ECONNRESET'));
  await receiver.stop();
  assert.deepEqual(await deliver(), unavailable('ECONNREFUSED'));
});

test('An answer is believed by its status, and one without end costs only its connection', async (context) => {
  const { receiver, deliver } = await open(context);
  receiver.answer((response) => void response.writeHead(200).write('x'.repeat(1_000_000)));
  assert.deepEqual(await deliver(), accepted);
  receiver.answer((response) => {
    response.writeHead(200).flushHeaders();
    const timer = setInterval(() => response.write('x'), 20);
    response.once('close', () => clearInterval(timer));
  });
  assert.deepEqual(await deliver(), accepted);
  receiver.answer(status(204));
  assert.deepEqual(await deliver(), accepted);
  assert.equal(receiver.connections(), 3);
});

test('A certificate that is not valid, and TLS below 1.3, get nothing', async (context) => {
  const stranger = await createDevelopmentAuthority();
  const hourMs = 3_600_000;
  const expired = { notBefore: new Date(Date.now() - 2 * hourMs), notAfter: new Date(Date.now() - hourMs) };
  const cases: readonly Presented[] = [
    { of: stranger },
    expired,
    { hosts: ['elsewhere.example'] },
    { maxVersion: 'TLSv1.2' },
  ];
  for (const presented of cases) {
    const { receiver, deliver, channel } = await open(context, { presented });
    assert.equal((await deliver()).kind, 'unavailable');
    assert.equal((await channel.check()).kind, 'unavailable');
    assert.deepEqual(receiver.posts, []);
  }
});

test('An address that is not allowed is refused before a connection is made', async (context) => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const { receiver, deliver, channel } = await open(context, { host, allow: [] });
    const expected = { kind: 'refused', code: 'address_refused', status: undefined };
    assert.deepEqual(await deliver(), expected);
    assert.deepEqual(await channel.check(), expected);
    assert.equal(receiver.connections(), 0);
  }
});

test('A check finds a receiver that can be used, and posts nothing', async (context) => {
  const { receiver, channel } = await open(context, { host: 'localhost' });
  assert.deepEqual(await channel.check(), accepted);
  assert.deepEqual(receiver.posts, []);
  await receiver.stop();
  assert.deepEqual(await channel.check(), unavailable('ECONNREFUSED'));
});
