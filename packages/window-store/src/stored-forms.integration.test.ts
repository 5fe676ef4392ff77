import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { startRedis } from '@weir/testkit';
import { openRedisUnderTest } from './fixtures/redis-under-test.ts';
import { sampleCommit } from './fixtures/sample-records.ts';
import { openRedis } from './open-redis.ts';

// Every form that rests, byte by byte, computed in Python from the layout's description.
const account = 'a1_AAECAwQFBgcICQoLDA0ODw';
const bucket = 3286;
const stored = {
  /** Records 5 and 6, open. */
  twoRecords:
    '03000000000000000000000000000005019b76daa8056955b905050505050505050505050505050505050505050505050505050505050000000006019b76daa8066955b90606060606060606060606060606060606060606060606060606060606',
  /** After 400 more: segments 0 and 1 hold all but the last, 406. */
  manyRecords:
    '03000000000000000200150000000196019b76daa9966955ba9696969696969696969696969696969696969696969696969696969696',
  segmentBytes: [16340, 903],
  segmentSha256: [
    'de42fe2295a6b8c4db4f8f45433c27ce58d3405ed0ee6d2d99cfe25d0e48ca45',
    'abb1bba1bdaa79620202850b13824d40481aa8ecfe1cc114c2187ed6e0670f8d',
  ],
  /** A bit for each bucket that was made; of bucket 3286, bit 6 of byte 410. */
  bucketsSha256: '8bf9d6074682aea033aefef5294119c9d5e679aef22550e35208a59fb4dfc0dc',
} as const;

/** Offset (5 bytes), event time (6), second of observation (4), and 28 bytes of filling. */
function record(offset: number): Buffer {
  const bytes = Buffer.alloc(43, offset % 256);
  bytes.writeUIntBE(offset, 0, 5);
  bytes.writeUIntBE(1_767_225_600_000 + offset, 5, 6);
  bytes.writeUInt32BE(1_767_225_600 + offset, 11);
  return bytes;
}

const records = (from: number, to: number): Buffer =>
  Buffer.concat(Array.from({ length: to - from }, (_, index) => record(from + index)));

const sha256 = (bytes: Buffer | null): string =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');

const redis = await startRedis();
const connection = await openRedis({ url: redis.url });
const { client } = connection;
after(async () => {
  await connection.close();
  await redis.stop();
});

test('position, account, segments and marks rest as the layout says', async () => {
  const { store, keysOf } = openRedisUnderTest(connection, redis.prefix);
  const keys = keysOf(0);
  const account0 = () => client.hgetBuffer(keys.bucket(bucket), account);
  await store.commit(sampleCommit({ next: 7, appends: new Map([[account, records(5, 7)]]) }));
  assert.equal((await account0())?.toString('hex'), stored.twoRecords);

  const appends = new Map([[account, records(7, 407)]]);
  await store.commit(sampleCommit({ expected: 7, next: 407, appends, after: new Map([[account, 6]]) }));
  assert.equal((await account0())?.toString('hex'), stored.manyRecords);
  for (const index of [0, 1]) {
    const segment = await client.getBuffer(keys.segment(account, index));
    assert.equal(segment?.byteLength, stored.segmentBytes[index]);
    assert.equal(sha256(segment), stored.segmentSha256[index]);
  }
  assert.deepEqual((await client.hkeys(keys.bucket(bucket))).sort(), ['#', account]);
  assert.equal(await client.hget(keys.bucket(bucket), '#'), '1');
  const position = await client.hgetallBuffer(keys.position);
  assert.deepEqual(Object.keys(position).sort(), ['buckets', 'layout', 'next', 'token']);
  assert.equal(String(position['next']), '407');
  assert.equal(String(position['token']), 'writer-1');
  assert.equal(String(position['layout']), '3/4096');
  assert.equal(sha256(position['buckets'] ?? null), stored.bucketsSha256);
});

test('what rests by the layout is read, listed and continued', async () => {
  const { store, keysOf } = openRedisUnderTest(connection, redis.prefix);
  const keys = keysOf(0);
  const all = records(5, 407);
  const marks = Buffer.alloc(512);
  marks[410] = 64;
  await client.hset(keys.bucket(bucket), account, Buffer.from(stored.manyRecords, 'hex'), '#', '1');
  await client.set(keys.segment(account, 0), all.subarray(0, stored.segmentBytes[0]));
  await client.set(keys.segment(account, 1), all.subarray(stored.segmentBytes[0], 401 * 43));
  await client.hset(keys.position, 'next', '407', 'token', 't', 'layout', '3/4096', 'buckets', marks);
  assert.deepEqual(await store.position(0), { next: 407, token: 't' });
  const loaded = (await store.load(0, [account])).get(account) ?? [];
  assert.ok(Buffer.concat([...loaded]).equals(all));
  assert.deepEqual(await store.listAccounts(0, bucket), [account]);
  const appends = new Map([[account, records(407, 408)]]);
  const step = sampleCommit({
    expected: 407,
    leftBy: 't',
    next: 408,
    appends,
    after: new Map([[account, 406]]),
  });
  assert.equal(await store.commit(step), 'applied');
});
