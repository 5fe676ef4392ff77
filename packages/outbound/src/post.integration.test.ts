import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { startWebhookReceiver } from './fixtures/webhook-receiver.ts';
import { createAddressGuard } from './address-guard.ts';
import { createPoster } from './post.ts';

test('Each connection goes to an address that was checked for it, whatever the name stood for before', async (context) => {
  const receiver = await startWebhookReceiver();
  let answers: readonly string[] = ['127.0.0.1'];
  const poster = createPoster({
    url: new URL(`http://receiver.example:${receiver.port}/`),
    guard: createAddressGuard(['127.0.0.1/32']),
    maxConnections: 1,
    timeoutMs: 2_000,
    ca: undefined,
    minTls: 'TLSv1.3',
    now: Date.now,
    lookup: (_hostname, _options, answer) =>
      answer(
        null,
        answers.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
  });
  context.after(async () => {
    poster.close();
    await receiver.stop();
  });
  const post = () => poster.post({}, Buffer.from('{}'));
  receiver.answer((response) => void response.writeHead(200, { connection: 'close' }).end());
  assert.deepEqual(await post(), { kind: 'accepted' });
  for (const rebound of [
    ['169.254.169.254'],
    ['10.0.0.7'],
    ['::ffff:169.254.169.254'],
    // One good address among others makes none of them good.
    ['127.0.0.1', '127.0.0.2'],
    [],
  ]) {
    answers = rebound;
    assert.deepEqual(await post(), { kind: 'refused', code: 'address_refused', status: undefined });
  }
  answers = ['127.0.0.1'];
  assert.deepEqual(await post(), { kind: 'accepted' });
  assert.equal(receiver.connections(), 2);
});

test('Plain http goes to this machine alone, also where localhost stands for another', async (context) => {
  const receiver = await startWebhookReceiver();
  let address = '127.0.0.1';
  const poster = createPoster({
    url: new URL(`http://localhost:${receiver.port}/`),
    guard: createAddressGuard(['localhost']),
    maxConnections: 1,
    timeoutMs: 500,
    ca: undefined,
    minTls: 'TLSv1.3',
    now: Date.now,
    lookup: (_hostname, _options, answer) => answer(null, [{ address, family: 4 }]),
  });
  context.after(async () => {
    poster.close();
    await receiver.stop();
  });
  receiver.answer((response) => void response.writeHead(200, { connection: 'close' }).end());
  assert.deepEqual(await poster.post({}, Buffer.from('{}')), { kind: 'accepted' });
  for (address of ['10.0.0.7', '192.0.2.7', '8.8.8.8']) {
    const expected = { kind: 'refused', code: 'address_refused', status: undefined };
    assert.deepEqual(await poster.post({}, Buffer.from('{}')), expected);
    assert.deepEqual(await poster.check(), expected);
  }
});

test('However many deliveries wait for a name, one lookup at a time is made', async (context) => {
  const receiver = await startWebhookReceiver();
  const pending: ((addresses: LookupAddress[]) => void)[] = [];
  const poster = createPoster({
    url: new URL(`http://localhost:${receiver.port}/`),
    guard: createAddressGuard(['localhost']),
    maxConnections: 4,
    timeoutMs: 200,
    ca: undefined,
    minTls: 'TLSv1.3',
    now: Date.now,
    lookup: (_hostname, _options, answer) => void pending.push((addresses) => answer(null, addresses)),
  });
  context.after(async () => {
    poster.close();
    await receiver.stop();
  });
  const postAll = () =>
    Promise.all(
      Array.from({ length: 100 }, () => poster.post({}, Buffer.from('{}')).then(({ kind }) => kind)),
    );
  for (let times = 0; times < 4; times += 1)
    assert.deepEqual(new Set(await postAll()), new Set(['unavailable']));
  assert.equal(pending.length, 1);
  assert.deepEqual(receiver.posts, []);

  pending.shift()?.([{ address: '127.0.0.1', family: 4 }]);
  const posted = poster.post({}, Buffer.from('{}'));
  pending.shift()?.([{ address: '127.0.0.1', family: 4 }]);
  assert.deepEqual(await posted, { kind: 'accepted' });
  assert.equal(receiver.posts.length, 1);
});
