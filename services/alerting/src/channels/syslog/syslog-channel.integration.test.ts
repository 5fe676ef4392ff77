import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { TlsOptions } from 'node:tls';
import { createDevelopmentAuthority } from '@weir/local';
import type { DevelopmentAuthority } from '@weir/local';
import { sampleNotifications } from '../../fixtures/sample-notifications.ts';
import { startSyslogReceiver } from '../../fixtures/syslog-receiver.ts';
import type { DeliveryOutcome } from '../channel.ts';
import { renderSyslog } from './render-syslog.ts';
import { createSyslogChannel } from './syslog-channel.ts';
import type { SyslogChannelOptions } from './syslog-channel.ts';

let authority: DevelopmentAuthority;
before(async () => {
  authority = await createDevelopmentAuthority();
});

const accepted: DeliveryOutcome = { kind: 'accepted' };
const refused = { kind: 'refused', code: 'address_refused', status: undefined };
const hourMs = 3_600_000;

async function open(
  context: TestContext,
  different: Partial<SyslogChannelOptions> = {},
  presented: TlsOptions & { readonly of?: Parameters<DevelopmentAuthority['issue']>[0] } = {},
) {
  const { of, ...old } = presented;
  const { certPem, keyPem } = await authority.issue({ name: 'siem', use: 'server', ...of });
  const tls = { cert: certPem, key: keyPem, ...old };
  const receiver = await startSyslogReceiver(different.protocol === 'tcp' ? undefined : tls);
  const channel = createSyslogChannel({
    receiverId: 'siem',
    host: '127.0.0.1',
    port: receiver.port,
    protocol: 'tls',
    format: 'cef',
    hostname: 'alerting-1',
    timeoutMs: 10_000,
    ca: authority.caPem,
    ...different,
  });
  context.after(async () => {
    channel.close();
    await receiver.stop();
  });
  const send = () =>
    channel.send({ deliveryKey: 'key-1-siem', target: '-', notification: sampleNotifications.summary });
  return { receiver, channel, send };
}

for (const protocol of ['tls', 'tcp'] as const)
  test(`A delivery over ${protocol} is all of its messages, each whole, in their order`, async (context) => {
    const { receiver, channel, send } = await open(context, { protocol });
    assert.deepEqual(await send(), accepted);
    assert.deepEqual(await send(), accepted);
    const expected = renderSyslog(sampleNotifications.summary, {
      ...{ format: 'cef', hostname: 'alerting-1', deliveryKey: 'key-1-siem' },
    });
    assert.deepEqual(receiver.messages, [...expected, ...expected]);
    assert.deepEqual(await channel.check(), accepted);
    assert.equal(receiver.messages.length, 2 * expected.length);
  });

test('A receiver that hangs up in the middle, or never answers the handshake, is away', async (context) => {
  const { receiver, send } = await open(context, { protocol: 'tcp' });
  receiver.treat((socket) => socket.once('data', () => socket.resetAndDestroy()));
  assert.deepEqual(await send(), { kind: 'unavailable', code: 'ECONNRESET', status: undefined });
  receiver.treat((socket) => socket.resetAndDestroy());
  assert.equal((await send()).kind, 'unavailable');
  await receiver.stop();
  assert.deepEqual(await send(), { kind: 'unavailable', code: 'ECONNREFUSED', status: undefined });

  const silent = await startSyslogReceiver();
  context.after(silent.stop);
  const { channel } = await open(context, { port: silent.port, timeoutMs: 300 });
  const message = { deliveryKey: 'key-1-siem', target: '-', notification: sampleNotifications.first };
  const away = { kind: 'unavailable', code: 'ETIMEDOUT', status: undefined };
  assert.deepEqual(await channel.send(message), away);
  assert.deepEqual(await channel.check(), away);
});

for (const protocol of ['tls', 'tcp'] as const)
  test(`A receiver of ${protocol} that hangs up before it is told that this was all has taken nothing`, async (context) => {
    const { receiver, send } = await open(context, { protocol });
    const away = { kind: 'unavailable', code: 'ECONNRESET', status: undefined };
    // As a balancer with nothing behind it does: it takes the connection, and reads nothing.
    receiver.treat((socket) => void socket.end());
    assert.deepEqual(await send(), away);
    receiver.treat((socket) => void socket.destroy());
    assert.equal((await send()).kind, 'unavailable');
    assert.deepEqual(receiver.messages, []);
  });

test('A receiver that takes everything and never hangs up is believed, within a short time-out too', async (context) => {
  const { receiver, send } = await open(context, { protocol: 'tcp', timeoutMs: 1_200 });
  const open_ = new Set<unknown>();
  receiver.treat((socket) => {
    // Its end stays open: nothing is read from it, and so its end is never seen.
    socket.allowHalfOpen = true;
    socket.resume();
    open_.add(socket);
  });
  assert.deepEqual(await send(), accepted);
  assert.equal(open_.size, 1);
});

test('A certificate that is not valid, and TLS below 1.2, get nothing', async (context) => {
  const past = { notBefore: new Date(Date.now() - 2 * hourMs), notAfter: new Date(Date.now() - hourMs) };
  const server = { name: 'siem', use: 'server' } as const;
  const stranger = await createDevelopmentAuthority();
  for (const [different, presented] of [
    [{ ca: stranger.caPem }, {}],
    [{}, { of: { ...server, ...past } }],
    [{}, { of: { ...server, hosts: ['elsewhere.example'] } }],
    [{}, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
  ] as const) {
    const { receiver, channel, send } = await open(context, different, presented);
    assert.equal((await send()).kind, 'unavailable');
    assert.equal((await channel.check()).kind, 'unavailable');
    assert.deepEqual(receiver.messages, []);
  }
});

test('What is not encrypted stays on this machine, and no name leads to where clouds keep credentials', async (context) => {
  for (const [protocol, address] of [
    ['tcp', '10.0.0.7'],
    ['tcp', '8.8.8.8'],
    ['tls', '169.254.169.254'],
    ['tls', '100.100.100.200'],
  ] as const) {
    const { receiver, channel, send } = await open(context, {
      ...{ protocol, host: 'siem.bank.internal' },
      lookup: (_hostname, _options, answer) => answer(null, [{ address, family: 4 }]),
    });
    assert.deepEqual(await send(), refused);
    assert.deepEqual(await channel.check(), refused);
    assert.equal(receiver.connections(), 0);
  }
  const { send } = await open(context, { host: '169.254.169.254' });
  assert.deepEqual(await send(), refused);
  const { channel } = await open(context, { protocol: 'tcp', host: '10.0.0.7' });
  assert.deepEqual(await channel.check(), refused);
});
