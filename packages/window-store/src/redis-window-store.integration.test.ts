import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { startRedis } from '@weir/testkit';
import { unpackRecords } from '@weir/windows';
import { openRedis } from './open-redis.ts';
import { createRedisWindowStore } from './redis-window-store.ts';
import { packSamples, sampleAccount, sampleCommit } from './fixtures/sample-records.ts';
import { windowStoreContract } from './window-store-contract.ts';

const redis = await startRedis();
const connection = await openRedis({ url: redis.url });
after(async () => {
  await connection.close();
  await redis.stop();
});

const freshLogId = (): string => `${redis.prefix}${randomUUID()}`;

windowStoreContract('redis', async () => createRedisWindowStore({ connection, logId: freshLogId() }));

const account = sampleAccount(1);

test('a hot account of 100,000 records is stored in small values and loaded whole', async () => {
  const logId = freshLogId();
  const store = createRedisWindowStore({ connection, logId });
  for (let at = 0; at < 100_000; at += 1_000) {
    const appends = new Map([[account, packSamples(at, at + 1_000)]]);
    const expected = at === 0 ? undefined : at;
    assert.equal(await store.commit(sampleCommit({ expected, next: at + 1_000, appends })), 'applied');
  }
  const tag = `weir:{${logId}:0}:`;
  const { client } = connection;
  assert.ok((await client.strlen(`${tag}a:${account}`)) <= 65_536);
  const full = await client.lrangeBuffer(`${tag}s:${account}`, 0, -1);
  assert.equal(full.length, Math.floor(100_000 / 1_424));
  for (const segment of full) assert.ok(segment.byteLength <= 65_536);

  const loaded = (await store.load(0, [account, sampleAccount(2)])).get(account) ?? [];
  const offsets = loaded.flatMap((segment) => unpackRecords(segment).map(({ offset }) => offset));
  assert.equal(offsets.length, 100_000);
  assert.ok(offsets.every((offset, index) => offset === index));
});

test('what rests is the position and packed records under pseudonyms, without an expiry', async () => {
  const logId = freshLogId();
  const store = createRedisWindowStore({ connection, logId });
  const appends = new Map([1, 2].map((index) => [sampleAccount(index), packSamples(0, 2_000)]));
  await store.commit(sampleCommit({ partition: 7, next: 2_000, appends }));
  const { client } = connection;
  const tag = `weir:{${logId}:7}:`;
  const keys = (await client.keys(`*${logId}*`)).sort();
  assert.deepEqual(
    keys,
    ['p', ...[1, 2].flatMap((index) => [`a:${sampleAccount(index)}`, `s:${sampleAccount(index)}`])]
      .map((end) => tag + end)
      .sort(),
  );
  for (const key of keys) assert.equal(await client.ttl(key), -1, key);
  assert.deepEqual(await client.hgetall(`${tag}p`), { next: '2000', token: 'writer-1' });
  for (const index of [1, 2]) {
    const [full] = await client.lrangeBuffer(`${tag}s:${sampleAccount(index)}`, 0, -1);
    const head = await client.getBuffer(`${tag}a:${sampleAccount(index)}`);
    assert.equal(
      unpackRecords((full as Buffer).subarray(1)).length + unpackRecords((head as Buffer).subarray(1)).length,
      2_000,
    );
  }
});

test('a commit that meets a key of another type writes nothing at all', async () => {
  const logId = freshLogId();
  const store = createRedisWindowStore({ connection, logId });
  const { client } = connection;
  await client.set(`weir:{${logId}:0}:s:${sampleAccount(2)}`, 'not a list');
  const appends = new Map([1, 2].map((index) => [sampleAccount(index), packSamples(0, 1)]));
  await assert.rejects(store.commit(sampleCommit({ next: 1, appends })), /WRONGTYPE/);
  assert.equal(await store.position(0), undefined);
  assert.equal(await client.exists(`weir:{${logId}:0}:a:${sampleAccount(1)}`), 0);
});

test('a Redis that has never seen the script, or has forgotten it, takes a commit', async () => {
  const store = createRedisWindowStore({ connection, logId: freshLogId() });
  await connection.client.script('FLUSH');
  assert.equal(await store.commit(sampleCommit({ next: 1 })), 'applied');
  assert.equal(await store.commit(sampleCommit({ expected: 1, next: 2 })), 'applied');
});

test('a log id that could reach into another log is refused', async () => {
  const store = createRedisWindowStore({ connection, logId: 'a}*' });
  await assert.rejects(store.clear(0), RangeError);
});

test('a worker that begins anew while a partition is cleared leaves no position without its records behind', async () => {
  for (const when of ['before the first look', 'after the last look'] as const) {
    const logId = freshLogId();
    const zombie = createRedisWindowStore({ connection, logId });
    const appends = new Map([[account, packSamples(0, 10)]]);
    const begin = () => zombie.commit(sampleCommit({ expected: undefined, next: 10, appends }));
    assert.equal(await begin(), 'applied');
    let hasBegun = false;
    const beginOnce = async (): Promise<void> => {
      if (hasBegun) return;
      hasBegun = true;
      assert.equal(await begin(), 'applied');
    };
    const client = new Proxy(connection.client, {
      get(target, name) {
        if (name !== 'scan') return Reflect.get(target, name, target) as unknown;
        return async (cursor: string, ...rest: ['MATCH', string, 'COUNT', number]) => {
          if (when === 'before the first look') await beginOnce();
          const found = await target.scan(cursor, ...rest);
          if (when === 'after the last look' && found[0] === '0') await beginOnce();
          return found;
        };
      },
    });
    const store = createRedisWindowStore({ connection: { ...connection, client }, logId });
    await store.clear(0);
    assert.equal(await store.position(0), undefined);
    assert.equal((await store.load(0, [account])).size, 0);
  }
});
