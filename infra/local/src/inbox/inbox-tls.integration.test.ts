import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { after, before, test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { createDevelopmentAuthority } from '../authority/development-authority.ts';
import { pickFreePort } from '../process/free-port.ts';
import { startInbox } from './start-inbox.ts';
import type { Inbox } from './start-inbox.ts';

const authority = await createDevelopmentAuthority();
const smtpPort = await pickFreePort();
let inbox: Inbox;

before(async () => {
  inbox = await startInbox({
    folder: makeTempFolder('inbox'),
    smtpPort,
    httpPort: await pickFreePort(),
    certificate: await authority.issue({ name: 'inbox', use: 'server' }),
    now: () => new Date(),
  });
});
after(() => inbox.stop());

/** Says a line and answers what came back, as far as its last line. */
async function say(socket: Socket, line: string): Promise<string> {
  socket.write(`${line}\r\n`);
  let answer = '';
  while (!/^\d{3} .*\r\n$/m.test(answer)) answer += String((await once(socket, 'data'))[0]);
  return answer;
}

async function greeted(): Promise<Socket> {
  const socket = connect(smtpPort, '127.0.0.1');
  await once(socket, 'data');
  return socket;
}

async function isSecuredBy(maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<boolean> {
  const socket = await greeted();
  await say(socket, 'EHLO test');
  assert.match(await say(socket, 'STARTTLS'), /^220/);
  const secured = connectTls({ socket, ca: authority.caPem, host: 'localhost', maxVersion });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  secured.once('secureConnect', () => resolve(true));
  secured.once('error', () => resolve(false));
  return promise.finally(() => secured.destroy());
}

test('with a certificate mail is taken after STARTTLS only, by TLS 1.3 and nothing older', async () => {
  const plain = await greeted();
  await say(plain, 'EHLO test');
  assert.match(await say(plain, 'MAIL FROM:<a@localhost>'), /^530/);
  plain.destroy();
  assert.equal(await isSecuredBy('TLSv1.3'), true);
  assert.equal(await isSecuredBy('TLSv1.2'), false);
});
