import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { after, test } from 'node:test';
import { startTcpProxy } from './tcp-proxy.ts';

const echo = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.pipe(socket);
});
echo.listen(0, '127.0.0.1');
await once(echo, 'listening');
const proxy = await startTcpProxy((echo.address() as AddressInfo).port);
after(async () => {
  await proxy.close();
  echo.close();
});

async function open(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Sends the text and answers the echo of as many bytes. */
async function ask(socket: Socket, text: string): Promise<string> {
  let answer = '';
  socket.setEncoding('utf8');
  socket.write(text);
  while (answer.length < text.length) answer += String((await once(socket, 'data'))[0]);
  return answer;
}

test('what is sent arrives, in its order, also where it has to wait', async () => {
  const socket = await open();
  assert.equal(await ask(socket, 'straight'), 'straight');
  proxy.delay(20);
  const slow = ask(socket, 'slow,');
  proxy.restore();
  assert.equal(await slow, 'slow,');
  assert.equal(await ask(socket, 'fast'), 'fast');
  proxy.delay(5);
  assert.equal(await ask(socket, 'slow again'), 'slow again');
  assert.equal(proxy.restore(), 2);
  socket.destroy();
});

test('a cut ends the connections there are, and later ones are let through', async () => {
  const socket = await open();
  await ask(socket, 'x');
  const closed = once(socket, 'close');
  assert.ok(proxy.cut() >= 1);
  await closed;
  const other = await open();
  assert.equal(await ask(other, 'again'), 'again');
  other.destroy();
});

test('a block ends connections until it is lifted', async () => {
  const socket = await open();
  const closed = once(socket, 'close');
  proxy.block();
  await closed;
  const refused = await open();
  await once(refused, 'close');
  assert.equal(proxy.restore(), 1);
  assert.equal(proxy.restore(), 0);
  const other = await open();
  assert.equal(await ask(other, 'again'), 'again');
  other.destroy();
});
