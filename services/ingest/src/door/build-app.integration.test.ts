import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { closeServer, createRateLimit } from '@weir/access';
import type { AccessToken } from '@weir/contracts';
import { waitFor } from '@weir/testkit';
import { offered } from '../fixtures/door-requests.ts';
import { buildApp } from './build-app.ts';
import { createIdempotency } from './idempotency.ts';
import { createByteBudget } from './limits/byte-budget.ts';
import { createSending } from './sending.ts';
import type { Submitted } from './submit.ts';

const token: AccessToken = {
  name: 'bank',
  tenant: 'bank',
  source: 'http',
  scopes: ['transactions:write', 'verdicts:read'],
  sha256: 'a'.repeat(64),
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: null,
  certificateSubject: null,
};

const accepted: Submitted = { kind: 'accepted', submission: { accepted: 0, rejected: 0, items: [] } };
const bodyBytes = 1_000;
const refused = async (): Promise<never> => assert.fail('no ruleset is asked for');

/** The HTTP side of a door whose log answers when the test says so, and that holds two bodies at a time. */
async function openApp(context: TestContext) {
  const nowMs = (): number => performance.now();
  const answers: ((submitted: Submitted) => void)[] = [];
  const rate = createRateLimit(1_000_000, nowMs);
  const app = buildApp({
    tls: undefined,
    requestTimeoutMs: 2_000,
    maxConnections: 100,
    maxConnectionsPerAddress: 100,
    silenceMs: 1_000,
    maxBodyBytes: bodyBytes,
    maxRecords: 10,
    admit: () => token,
    readVerdict: async () => 'unknown',
    rulesets: { publish: refused, approve: refused, activate: refused, rollBack: refused },
    submit: () => new Promise((resolve) => answers.push(resolve)),
    idempotency: createIdempotency(nowMs),
    sending: createSending(nowMs),
    budget: createByteBudget(2 * bodyBytes),
    rate,
    metrics: {
      answered: () => undefined,
      connectionRefused: () => undefined,
    },
    onFault: (error) => assert.fail(String(error)),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  context.after(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  const { port } = app.server.address() as AddressInfo;

  /** A connection on which these bytes were sent, and all that comes back by it. */
  async function say(
    text: string,
  ): Promise<{ socket: Socket; received: () => string; ended: Promise<string> }> {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    return { socket, received: () => received, ended: once(socket, 'close').then(() => received) };
  }
  return { app, answers, say };
}

const head = 'POST /v1/transactions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const post = (body: string): string => `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const filled = (id: string): string => offered(id).padEnd(bodyBytes);
const statusOf = (received: string): string => received.slice(9, 12);

test('what a caller who hung up has sent still counts until the log has answered for it', async (context) => {
  const { say, answers } = await openApp(context);
  for (const [index, id] of ['one', 'two'].entries()) {
    const { socket } = await say(post(filled(id)));
    await waitFor(async () => answers.length === index + 1);
    socket.destroy();
    await once(socket, 'close');
  }
  await new Promise(setImmediate);
  const turnedAway = await say(post(filled('three')));
  await waitFor(async () => turnedAway.received().includes('overloaded'));
  assert.equal(statusOf(turnedAway.received()), '503');
  for (const answer of answers.splice(0)) answer(accepted);
  await new Promise(setImmediate);
  await say(post(filled('four')));
  await waitFor(async () => answers.length === 1);
});

test('a caller who hangs up with requests behind each other takes nothing away for good', async (context) => {
  const { say, answers } = await openApp(context);
  for (let round = 0; round < 3; round += 1) {
    const { socket } = await say(post(filled(`a-${round}`)) + post(filled(`b-${round}`)));
    await waitFor(async () => answers.length === 2);
    socket.destroy();
    await once(socket, 'close');
    for (const answer of answers.splice(0)) answer(accepted);
    // What is given back after the answers is there before the next request is read.
    await new Promise(setImmediate);
  }
});

test('forms that a proxy may read otherwise are no requests', async (context) => {
  const { say, answers } = await openApp(context);
  const forms = [
    `${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${head}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
    `${head}content-length: +2\r\n\r\n{}`,
    `${head}content-length: 0x2\r\n\r\n{}`,
    `${head}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    `${head}transfer-encoding : chunked\r\n\r\n0\r\n\r\n`,
    `${head}transfer-encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n`,
    `POST /v1/transactions HTTP/1.1\ncontent-length: 2\n\n{}`,
    `POST /v1/transactions HTTP/1.1\r\nhost: x\r\n x: folded\r\ncontent-length: 2\r\n\r\n{}`,
  ];
  for (const form of forms) {
    const { ended } = await say(form);
    assert.match(await ended, /^HTTP\/1\.1 400 [^]*"request_malformed"/, form);
  }
  assert.equal(answers.length, 0);
});

test('a door that closes answers what it has, and waits for no request that never comes to its end', async (context) => {
  const { app, say, answers } = await openApp(context);
  const slow = [await say(head), await say(`${head}content-length: 10\r\n\r\n{`)];
  const waiting = await say(post('{}'));
  await waitFor(async () => answers.length === 1);
  const closed = closeServer(app, 300);
  answers[0]?.(accepted);
  assert.equal(statusOf(await waiting.ended), '202');
  await Promise.all([closed, ...slow.map(({ ended }) => ended)]);
});

test('a caller who never reads his answers is let go', async (context) => {
  const { app, say } = await openApp(context);
  const { socket } = await say('');
  socket.pause();
  socket.write('GET /v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(5_000));
  const connections = (): Promise<number> =>
    new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)));
  await waitFor(async () => (await connections()) === 1);
  await waitFor(async () => (await connections()) === 0);
});
