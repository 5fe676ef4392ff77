import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startRedis } from '@weir/testkit';
import type { Redis } from 'ioredis';
import { recordFormat, unpackRecords } from '@weir/windows';
import { bucketOf } from './bucket-of.ts';
import { withCode } from './fixtures/with-code.ts';
import { segmentRecords } from './limits.ts';
import { openRedis } from './open-redis.ts';
import type { RedisConnection } from './open-redis.ts';
import { createRedisWindowStore } from './redis-window-store.ts';
import { keysOfLog, openRedisUnderTest, windowSet } from './fixtures/redis-under-test.ts';
import { packSamples, sampleAccount, sampleCommit, sampleStep } from './fixtures/sample-records.ts';
import { windowStoreContract } from './window-store-contract.ts';

const redis = await startRedis();
const connection = await openRedis({ url: redis.url });
const { client } = connection;
after(async () => {
  await connection.close();
  await redis.stop();
});

const openStore = () => openRedisUnderTest(connection, redis.prefix);

windowStoreContract('redis', async () => openStore());

const account = sampleAccount(1);
const bucket = bucketOf(account);
const accountsOf = (wanted: number): string[] =>
  Array.from({ length: 20_000 }, (_, index) => sampleAccount(index)).filter(
    (one) => bucketOf(one) === wanted,
  );
const segmentBytes = segmentRecords * recordFormat.recordBytes;

test('a hot account of 200,000 records is stored in small values and loaded whole', async () => {
  const { store, reopen, keysOf } = openStore();
  for (let at = 0; at < 200_000; at += 20_000)
    assert.equal(await store.commit(sampleStep(account, at, at + 20_000)), 'applied');
  const keys = keysOf(0);
  assert.ok((await client.hstrlen(keys.bucket(bucket), account)) < 1_024);
  const segments = Math.ceil((200_000 - 1) / segmentRecords);
  for (let index = 0; index < segments - 1; index += 1)
    assert.equal(await client.strlen(keys.segment(account, index)), segmentBytes);

  const loaded = (await reopen().load(0, [account, sampleAccount(2)])).get(account) ?? [];
  const offsets = loaded.flatMap((piece) => unpackRecords(piece).map(({ offset }) => offset));
  assert.equal(offsets.length, 200_000);
  assert.ok(offsets.every((offset, index) => offset === index));
});

test('many accounts are loaded whole over as many pages as it takes', async () => {
  const { store } = openStore();
  const accounts = Array.from({ length: 200 }, (_, index) => sampleAccount(index));
  const packed = packSamples(0, 900);
  for (let at = 0; at < accounts.length; at += 20) {
    const appends = new Map(accounts.slice(at, at + 20).map((one) => [one, packed]));
    await store.commit(sampleCommit({ expected: at === 0 ? undefined : at, next: at + 20, appends }));
  }
  const loaded = await store.load(0, [...accounts, sampleAccount(999)]);
  assert.deepEqual([...loaded.keys()], accounts);
  for (const pieces of loaded.values()) assert.ok(Buffer.concat([...pieces]).equals(packed));
});

/** The same connection, which does something after the first answer to a script. */
function interrupted(interrupt: () => Promise<void>): RedisConnection {
  let isFirst = true;
  const watched = new Proxy(client, {
    get: (target, name) => {
      if (name !== 'callBuffer') return Reflect.get(target, name, target) as unknown;
      return async (...call: [string, string, number, ...Buffer[]]) => {
        const answer = await target.callBuffer(...call);
        if (isFirst) {
          isFirst = false;
          await interrupt();
        }
        return answer;
      };
    },
  });
  return { ...connection, client: watched };
}

for (const [what, commits] of [
  ['grows', 1],
  ['grows and forgets what has not been read yet', 40],
] as const) {
  test(`an account of several pages is read as it was at one moment, although it ${what} meanwhile`, async () => {
    const { store, logId } = openStore();
    const stored = segmentRecords * 200;
    for (let at = 0; at < stored; at += segmentRecords * 50)
      await store.commit(sampleStep(account, at, at + segmentRecords * 50, { observedAtSeconds: 1_000 }));
    const grow = async (): Promise<void> => {
      const horizons = new Map([[account, 5_000]]);
      for (let at = stored; at < stored + commits * 30; at += 30) {
        const step = sampleStep(account, at, at + 30, { observedAtSeconds: 9_000, horizons });
        assert.equal(await store.commit(step), 'applied');
      }
    };
    const reader = createRedisWindowStore({ connection: interrupted(grow), logId, windowSet });
    const pieces = (await reader.load(0, [account])).get(account) ?? [];
    const offsets = pieces.flatMap((piece) => unpackRecords(piece).map(({ offset }) => offset));
    const [first = -1] = offsets;
    const last = first + offsets.length - 1;
    assert.ok(offsets.every((offset, index) => offset === first + index));
    const states = [stored, ...Array.from({ length: commits }, (_, done) => stored + (done + 1) * 30)];
    assert.ok(states.includes(last + 1), `${last} is where a commit ended`);
  });
}

test('what rests is the position, buckets and segments under pseudonyms, without an expiry', async () => {
  const { store, logId } = openStore();
  const accounts = [1, 2].map(sampleAccount);
  const appends = new Map(accounts.map((one) => [one, packSamples(0, 500)]));
  await store.commit(sampleCommit({ partition: 7, next: 2_000, appends }));
  const tag = `weir:{${logId}:7}:standard@1:`;
  const keys = await keysOfLog(connection, logId);
  assert.deepEqual(
    keys,
    [
      `${tag}p`,
      ...accounts.map((one) => `${tag}b:${bucketOf(one)}`),
      ...accounts.flatMap((one) => [0, 1].map((index) => `${tag}s:${one}:${index}`)),
    ].sort(),
  );
  for (const key of keys) assert.equal(await client.ttl(key), -1, key);
});

test('the windows of two plans stand beside one another', async () => {
  const { store, logId } = openStore();
  await store.commit(sampleStep(account, 0, 3));
  const rebuilt = createRedisWindowStore({ connection, logId, windowSet: 'standard@2' });
  assert.equal(await rebuilt.position(0), undefined);
  await rebuilt.commit(sampleStep(account, 0, 1));
  await rebuilt.clear(0);
  assert.equal((await store.load(0, [account])).get(account)?.[0]?.byteLength, 3 * recordFormat.recordBytes);
});

test('a bucket that was deleted is found out by its accounts, old and new, cached or not', async () => {
  const { store, reopen, keysOf } = openStore();
  await store.commit(sampleStep(account, 0, 3));
  await client.unlink(keysOf(0).bucket(bucket));
  await assert.rejects(reopen().load(0, [account]), withCode('windows_damaged'));
  await assert.rejects(store.listAccounts(0, bucket), withCode('windows_damaged'));
  assert.equal(await store.commit(sampleStep(account, 3, 4)), 'damaged');
  assert.equal(await store.commit(sampleStep(account, 3, 4, { after: new Map() })), 'damaged');
  assert.equal(await store.commit(sampleStep(sampleAccount(2), 3, 4, { after: new Map() })), 'applied');
});

test('a bucket whose count was deleted is found out by the next account that is not there', async () => {
  const { store, keysOf } = openStore();
  await store.commit(sampleStep(account, 0, 3));
  await client.hdel(keysOf(0).bucket(bucket), '#');
  await assert.rejects(store.listAccounts(0, bucket), withCode('windows_damaged'));
});

test('records that were left under a position that begins anew are found out by a newcomer beside them', async () => {
  const { store, reopen, losePosition } = openStore();
  await store.commit(sampleStep(account, 0, 3));
  await losePosition(0);
  const beginner = reopen();
  assert.equal(await beginner.commit(sampleStep(sampleAccount(2), 0, 1)), 'applied');
  const newcomer = accountsOf(bucket).find((one) => one !== account) ?? '';
  await assert.rejects(beginner.load(0, [newcomer]), withCode('windows_damaged'));
});

test('a segment of a later page that was deleted is found out', async () => {
  const { store, reopen, keysOf } = openStore();
  const stored = segmentRecords * 200;
  for (let at = 0; at < stored; at += segmentRecords * 50)
    await store.commit(sampleStep(account, at, at + segmentRecords * 50));
  await client.unlink(keysOf(0).segment(account, 190));
  await assert.rejects(reopen().load(0, [account]), withCode('windows_damaged'));
});

for (const lost of [0, 1, 2]) {
  test(`segment ${lost} of three that was deleted is found out when the account is loaded`, async () => {
    const { store, reopen, keysOf } = openStore();
    await store.commit(sampleStep(account, 0, segmentRecords * 2 + 100));
    await client.unlink(keysOf(0).segment(account, lost));
    await assert.rejects(reopen().load(0, [account]), withCode('windows_damaged'));
  });
}

test('a segment that was deleted is found out before the next records are put into it', async () => {
  const { store, keysOf } = openStore();
  const stored = segmentRecords * 2 + 100;
  await store.commit(sampleStep(account, 0, stored));
  await client.unlink(keysOf(0).segment(account, 2));
  assert.equal(await store.commit(sampleStep(account, stored, stored + 50)), 'damaged');
  assert.deepEqual(await store.position(0), { next: stored, token: 'writer-1' });
});

test('a segment that was deleted is found out before it would be forgotten', async () => {
  const { store, keysOf } = openStore();
  const stored = segmentRecords * 3;
  await store.commit(sampleStep(account, 0, stored));
  await client.unlink(keysOf(0).segment(account, 0));
  const horizons = new Map([[account, 4_000_000_000]]);
  assert.equal(await store.commit(sampleStep(account, stored, stored + 50, { horizons })), 'damaged');
});

test('a segment that is shorter than it was is found out', async () => {
  const { store, reopen, keysOf } = openStore();
  await store.commit(sampleStep(account, 0, segmentRecords + 100));
  for (const index of [0, 1]) {
    const key = keysOf(0).segment(account, index);
    const whole = await client.getBuffer(key);
    await client.set(key, whole?.subarray(recordFormat.recordBytes) ?? '');
    await assert.rejects(reopen().load(0, [account]), withCode('windows_damaged'));
    await client.set(key, whole ?? '');
  }
});

test('an account or a position of another format is not read', async () => {
  const { store, reopen, keysOf } = openStore();
  await store.commit(sampleStep(account, 0, 3));
  const { bucket: bucketKey, position } = keysOf(0);
  const value = (await client.hgetBuffer(bucketKey(bucket), account)) ?? Buffer.alloc(0);
  for (const other of [
    Buffer.concat([Buffer.of(99), value.subarray(1)]),
    value.subarray(0, -1),
    value.subarray(0, 11),
  ]) {
    await client.hset(bucketKey(bucket), account, other);
    await assert.rejects(reopen().load(0, [account]), withCode('windows_damaged'));
    assert.equal(await store.commit(sampleStep(account, 3, 4)), 'damaged');
  }
  await client.hset(bucketKey(bucket), account, value);
  await client.hset(position, 'layout', '2/4096');
  assert.equal(await reopen().position(0), undefined);
  await assert.rejects(reopen().load(0, [account]), withCode('windows_damaged'));
  assert.equal(await store.commit(sampleStep(account, 3, 4)), 'damaged');
});

test('clearing removes records that nothing leads to any more', async () => {
  const { store, logId, keysOf } = openStore();
  await store.commit(sampleStep(account, 0, 2_000));
  await client.unlink(keysOf(0).bucket(bucket), keysOf(0).position);
  await store.clear(0);
  assert.deepEqual(await keysOfLog(connection, logId), []);
});

test('a commit that meets a key of another type writes nothing at all', async () => {
  const { store, logId, keysOf } = openStore();
  await client.set(keysOf(0).bucket(bucketOf(sampleAccount(2))), 'not a hash');
  const appends = new Map([1, 2].map((index) => [sampleAccount(index), packSamples(0, 1)]));
  await assert.rejects(store.commit(sampleCommit({ next: 1, appends })), /WRONGTYPE/);
  assert.equal((await keysOfLog(connection, logId)).length, 1);
});

test('a Redis that has never seen the scripts, or has forgotten them, takes a commit and a load', async () => {
  const { store } = openStore();
  await client.script('FLUSH');
  assert.equal(await store.commit(sampleStep(account, 0, 1)), 'applied');
  await client.script('FLUSH');
  assert.equal((await store.load(0, [account])).size, 1);
  assert.equal(await store.commit(sampleStep(account, 1, 2)), 'applied');
});

test('a log id or a window set that could reach into another log is refused', async () => {
  for (const change of [
    { logId: 'a}*' },
    { windowSet: 'standard@*' },
    { windowSet: 'a}@1' },
    { windowSet: '' },
  ]) {
    const store = createRedisWindowStore({ connection, logId: 'a', windowSet, ...change });
    await assert.rejects(store.clear(0), RangeError);
  }
});

test('a worker that begins anew while a partition is cleared leaves no position without its records behind', async () => {
  for (const when of ['before the first look', 'after the last look'] as const) {
    const { store: zombie, logId } = openStore();
    const begin = () => zombie.commit(sampleStep(account, 0, 10));
    assert.equal(await begin(), 'applied');
    let hasBegun = false;
    const beginOnce = async (): Promise<void> => {
      if (hasBegun) return;
      hasBegun = true;
      await begin();
    };
    const [server] = connection.nodes();
    const node = new Proxy(server as Redis, {
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
    const store = createRedisWindowStore({
      connection: { ...connection, nodes: () => [node] },
      logId,
      windowSet,
    });
    await store.clear(0);
    assert.ok(hasBegun);
    assert.equal(await store.position(0), undefined);
    assert.deepEqual(await keysOfLog(connection, logId), []);
  }
});
