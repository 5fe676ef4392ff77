import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { startKafka, startRedis } from '@weir/testkit';
import { probeKafka } from '../kafka/probe-kafka.ts';
import { probeRedis } from '../redis/probe-redis.ts';

/** Sends one inline command and answers the last line of the reply. */
async function askRedis(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write(`${command}\r\n`);
  const [answer] = (await once(socket, 'data')) as [string];
  socket.destroy();
  return answer.split('\r\n').at(-2) ?? '';
}

function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}

test('Redis finds what it acknowledged again after kill -9', async (context) => {
  const redis = await startRedis({ own: true });
  context.after(redis.stop);
  const port = portOf(redis.url);
  assert.equal(await askRedis(port, 'SET position 42'), '+OK');
  await redis.kill();
  assert.equal(await probeRedis(port), false);
  await redis.restart();
  assert.equal(await askRedis(port, 'GET position'), '42');
});

test('Redis never evicts, writes an append-only file and takes no snapshots', async (context) => {
  const redis = await startRedis({ own: true });
  context.after(redis.stop);
  const port = portOf(redis.url);
  const setting = async (name: string) => askRedis(port, `CONFIG GET ${name}`);
  assert.equal(await setting('maxmemory-policy'), 'noeviction');
  assert.equal(await setting('appendonly'), 'yes');
  assert.equal(await setting('appendfsync'), 'everysec');
  assert.equal(await setting('save'), '');
  assert.equal(await setting('bind'), '127.0.0.1');
});

test('a broker serves again on the same port after kill -9 and after a stop', async (context) => {
  const kafka = await startKafka({ own: true });
  context.after(kafka.stop);
  const port = portOf(kafka.brokers);
  assert.equal(await probeKafka(port), true);
  await kafka.kill();
  assert.equal(await probeKafka(port), false);
  await kafka.restart();
  assert.equal(await probeKafka(port), true);
  await kafka.stop();
  await kafka.restart();
  assert.equal(await probeKafka(port), true);
});
