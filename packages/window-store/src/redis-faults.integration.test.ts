import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { startRedis, waitFor } from '@weir/testkit';
import { unpackRecords } from '@weir/windows';
import type { WindowStore } from '@weir/windows';
import { startCuttingProxy } from './fixtures/cutting-proxy.ts';
import type { CuttingProxy } from './fixtures/cutting-proxy.ts';
import { withCode } from './fixtures/with-code.ts';
import { windowSet } from './fixtures/redis-under-test.ts';
import { openRedis } from './open-redis.ts';
import type { OpenRedisOptions, RedisConnection } from './open-redis.ts';
import { createRedisWindowStore } from './redis-window-store.ts';
import { watchRedis } from './watch-redis.ts';
import { sampleAccount, sampleStep } from './fixtures/sample-records.ts';

const redis = await startRedis({ own: true });
after(() => redis.stop());

const account = sampleAccount(1);
const redisPort = Number(new URL(redis.url).port);

/** A connection of the test's own, closed when the test ends. */
async function openFor(t: TestContext, change: Partial<OpenRedisOptions> = {}): Promise<RedisConnection> {
  const connection = await openRedis({ url: redis.url, ...change });
  t.after(() => connection.close());
  return connection;
}

async function openThroughProxy(
  t: TestContext,
  logId: string,
  change: Partial<OpenRedisOptions> = {},
): Promise<{ readonly proxy: CuttingProxy; readonly store: WindowStore }> {
  const proxy = await startCuttingProxy(redisPort);
  t.after(() => proxy.close());
  const connection = await openFor(t, { url: `redis://127.0.0.1:${proxy.port}`, ...change });
  return { proxy, store: createRedisWindowStore({ connection, logId, windowSet }) };
}

async function offsetsOf(store: WindowStore): Promise<number[]> {
  const segments = (await store.load(0, [account])).get(account) ?? [];
  return segments.flatMap((segment) => unpackRecords(segment).map(({ offset }) => offset));
}

const step = (next: number) => sampleStep(account, next - 3, next);

test('a commit whose answer was lost is known again and stored once', async (t) => {
  const { proxy, store } = await openThroughProxy(t, 'lost-answer');
  assert.equal(await store.commit(step(3)), 'applied');
  for (const next of [6, 9]) {
    proxy.cutNextAnswer();
    assert.equal(await store.commit(step(next)), 'alreadyMine');
  }
  assert.equal(proxy.cuts(), 2);
  assert.equal(await store.commit(step(12)), 'applied');
  assert.deepEqual(await offsetsOf(store), [...Array(12).keys()]);
});

test('a load whose answer was lost is asked again', async (t) => {
  const { proxy, store } = await openThroughProxy(t, 'lost-load');
  await store.commit(step(3));
  proxy.cutNextAnswer();
  assert.deepEqual(await offsetsOf(store), [0, 1, 2]);
  assert.equal(proxy.cuts(), 1);
});

test('a Redis that falls silent is given up within the bound, and nothing of the command is told', async (t) => {
  const { proxy, store } = await openThroughProxy(t, 'silent', { commandTimeoutMs: 200 });
  await store.commit(step(3));
  proxy.fallSilent();
  await assert.rejects(store.commit(step(6)), (error) => {
    assert.ok(withCode('redis_unavailable')(error));
    assert.doesNotMatch(inspect(error, { depth: 9 }), new RegExp(account));
    return true;
  });
});

test('what was acknowledged before kill -9 is there after a restart, and the same connection goes on', async (t) => {
  const store = createRedisWindowStore({ connection: await openFor(t), logId: 'killed', windowSet });
  for (const next of [3, 6, 9]) assert.equal(await store.commit(step(next)), 'applied');
  await redis.kill();
  await redis.restart();
  assert.deepEqual(await store.position(0), { next: 9, token: 'writer-1' });
  assert.deepEqual(await offsetsOf(store), [...Array(9).keys()]);
  assert.equal(await store.commit(step(12)), 'applied');
});

test('after a FLUSHALL a commit is answered "missing"', async (t) => {
  const connection = await openFor(t);
  const store = createRedisWindowStore({ connection, logId: 'flushed', windowSet });
  await store.commit(step(3));
  await connection.client.flushall();
  assert.equal(await store.commit(step(6)), 'missing');
  assert.equal(await store.position(0), undefined);
});

test('a full Redis refuses a commit whole, and takes it once there is room', async (t) => {
  const connection = await openFor(t);
  const store = createRedisWindowStore({ connection, logId: 'full', windowSet });
  await store.commit(step(3));
  await connection.client.config('SET', 'maxmemory', '1');
  try {
    await assert.rejects(store.commit(step(6)), withCode('redis_unavailable'));
  } finally {
    await connection.client.config('SET', 'maxmemory', '0');
  }
  assert.deepEqual(await offsetsOf(store), [0, 1, 2]);
  assert.equal(await store.commit(step(6)), 'applied');
});

test('a Redis that may evict keys is refused', async (t) => {
  const { client } = await openFor(t);
  try {
    for (const policy of ['allkeys-lru', 'volatile-ttl']) {
      await client.config('SET', 'maxmemory-policy', policy);
      await assert.rejects(openRedis({ url: redis.url }), withCode('redis_policy_unsafe'));
    }
  } finally {
    await client.config('SET', 'maxmemory-policy', 'noeviction');
  }
});

test('a watch reports what expired, was evicted or started again since it last asked', async (t) => {
  const connection = await openFor(t);
  const { client } = connection;
  const look = watchRedis(connection);
  const nothing = { evictedKeys: 0, expiredKeys: 0, restarts: 0 };
  assert.deepEqual(await look(), nothing);
  assert.deepEqual(await look(), nothing);

  await client.set('of-another-application', 'x', 'PX', 1);
  await waitFor(async () => (await client.exists('of-another-application')) === 0);
  assert.deepEqual(await look(), { ...nothing, expiredKeys: 1 });

  await client.set('of-another-application', 'x');
  await client.config('SET', 'maxmemory-policy', 'allkeys-random');
  await client.config('SET', 'maxmemory', '1');
  await waitFor(async () => (await client.dbsize()) === 0);
  await client.config('SET', 'maxmemory', '0');
  await client.config('SET', 'maxmemory-policy', 'noeviction');
  assert.ok((await look()).evictedKeys > 0);

  await redis.kill();
  await redis.restart();
  assert.deepEqual(await look(), { ...nothing, restarts: 1 });
  assert.deepEqual(await look(), nothing);
});

test('a watch refuses a Redis whose policy has become unsafe', async (t) => {
  const connection = await openFor(t);
  const look = watchRedis(connection);
  await look();
  await connection.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  try {
    await assert.rejects(look(), withCode('redis_policy_unsafe'));
  } finally {
    await connection.client.config('SET', 'maxmemory-policy', 'noeviction');
  }
});

test('where nobody serves, opening fails as unavailable and does not tell the password', async () => {
  const url = 'redis://weir:s3cret@127.0.0.1:1';
  await assert.rejects(openRedis({ url }), (error) => {
    assert.ok(withCode('redis_unavailable')(error));
    assert.doesNotMatch(inspect(error, { depth: 9 }), /s3cret/);
    return true;
  });
});

test('a password that is refused is a mistake in the configuration', async () => {
  await assert.rejects(
    openRedis({ url: `redis://nobody:wrong@127.0.0.1:${redisPort}` }),
    withCode('config_invalid'),
  );
});

test('what is no Redis url is a mistake in the configuration', async () => {
  for (const url of ['', '/tmp/redis.sock', 'http://127.0.0.1', '127.0.0.1:6379']) {
    await assert.rejects(openRedis({ url }), withCode('config_invalid'), url);
  }
});
