import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { after, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { createKafkaInspector } from '@weir/kafka';
import { createDevelopmentAuthority } from '@weir/local';
import { judgeMail } from '../judge/judge-reach.ts';
import { judgeTls } from '../judge/judge-tls.ts';
import { probeMail } from './probe-mail.ts';
import { probeTls } from './probe-tls.ts';

const host = '127.0.0.1';
const dayMs = 86_400_000;
const nowMs = Date.now();
const authority = await createDevelopmentAuthority();
const stranger = await createDevelopmentAuthority();

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});
async function listen(server: Server): Promise<number> {
  servers.push(server);
  await once(server.listen(0, host), 'listening');
  return (server.address() as AddressInfo).port;
}

/** A server with a certificate that began ten days ago and ends in as many days as are given. */
async function serveTls(
  days: number,
  options: TlsOptions = {},
  onClient: (socket: Socket) => void = () => undefined,
): Promise<number> {
  const { certPem, keyPem } = await authority.issue({
    name: 'server',
    use: 'server',
    notBefore: new Date(nowMs - 10 * dayMs),
    notAfter: new Date(nowMs + days * dayMs),
  });
  return listen(createTlsServer({ cert: certPem, key: keyPem, ...options }, onClient));
}

const statusAt = async (port: number): Promise<string> => {
  const tls = await probeTls({ host, port, ca: authority.caPem });
  return judgeTls('redis.tls', { nowMs, isLoopback: true, tls }, '').status;
};

test('a certificate is judged by how long it lasts, and an ended one is told as such', async () => {
  assert.equal(await statusAt(await serveTls(90)), 'ok');
  assert.equal(await statusAt(await serveTls(10)), 'warn');
  assert.equal(await statusAt(await serveTls(-1)), 'fail');
});

test('a server that speaks nothing newer than TLS 1.2 is found', async () => {
  assert.equal(await statusAt(await serveTls(90, { maxVersion: 'TLSv1.2' })), 'fail');
});

test('a certificate of another authority is refused, except where nobody is asked for its word', async () => {
  const port = await serveTls(90);
  await assert.rejects(probeTls({ host, port, ca: stranger.caPem }), /its certificate is refused/);
  assert.equal((await probeTls({ host, port, ca: stranger.caPem }, 'any')).protocol, 'TLSv1.3');
});

/** A broker that says of itself that it takes Produce requests up to version 13, and nothing else. */
const brokerWith = (days: number): Promise<number> =>
  serveTls(days, {}, (socket) => {
    socket.on('error', () => undefined);
    // Size, correlation id, error, count, then the request's key, least and most version.
    socket.once('data', () =>
      socket.write(Buffer.from('00000010000000010000000000010000' + '0000000d', 'hex')),
    );
  });

const listenerAt = (port: number, ca: string) => {
  const connection = {
    brokers: [`${host}:${port}`],
    clientId: 'doctor',
    tls: { ca },
    logger: () => undefined,
  };
  return createKafkaInspector(connection).listener();
};

test('a broker whose certificate has ended is told as such, and one of another authority is refused', async () => {
  const statusOf = async (days: number): Promise<string> => {
    const { produceVersion, tls } = await listenerAt(await brokerWith(days), authority.caPem);
    assert.equal(produceVersion, 13);
    return judgeTls('broker.tls', { nowMs, isLoopback: true, tls }, '').status;
  };
  assert.equal(await statusOf(90), 'ok');
  assert.equal(await statusOf(-1), 'fail');
  await assert.rejects(listenerAt(await brokerWith(90), stranger.caPem), /its certificate is refused/);
});

/** A relay that answers each line in turn, whatever it is asked. */
const relay = (...answers: readonly string[]): Promise<number> =>
  listen(
    createServer((socket) => {
      const left = [...answers];
      const answer = (): void => void socket.write(left.shift() ?? '221 bye\r\n');
      socket.on('error', () => undefined);
      socket.on('data', answer);
      answer();
    }),
  );

test('a relay is greeted and left, and what it offers decides', async () => {
  const plain = await relay('220 hello\r\n', '250-here\r\n250 SIZE 1000\r\n');
  const secure = await relay('220-hello\r\n220 you\r\n', '250-here\r\n250-STARTTLS\r\n250 SIZE 1000\r\n');
  const judge = async (port: number) => judgeMail(await probeMail(`smtp://${host}:${port}`), false).status;
  assert.equal(await judge(plain), 'fail');
  assert.equal(await judge(secure), 'ok');
});

test('a relay that refuses is a failure that shows its code and none of its words', async () => {
  const port = await relay('554 user@example.org is not welcome\r\n');
  await assert.rejects(probeMail(`smtp://${host}:${port}`), { message: 'the relay answers 554' });
});
