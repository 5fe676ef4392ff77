import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { WeirError } from '@weir/contracts';
import type { ErrorCode } from '@weir/contracts';
import { startRedis } from '@weir/testkit';
import { claimLog } from './claim-log.ts';
import { openRedis } from './open-redis.ts';

const redis = await startRedis();
const connection = await openRedis({ url: redis.url });
after(async () => {
  await connection.close();
  await redis.stop();
});

const refusedWith = (code: ErrorCode) => (error: unknown) =>
  error instanceof WeirError && error.code === code;

test('a log claims a Redis once and for all, and may say so again', async () => {
  const claim = { environment: `${redis.prefix}a`, logId: 'log-1', partitionCount: 4 };
  await claimLog(connection, claim);
  await claimLog(connection, claim);
  assert.equal(await connection.client.get(`weir:${redis.prefix}a:log`), '4 log-1');
});

test("the windows of another log are not taken for one's own", async () => {
  const claim = { environment: `${redis.prefix}b`, logId: 'log-1', partitionCount: 4 };
  await claimLog(connection, claim);
  await assert.rejects(claimLog(connection, { ...claim, logId: 'log-2' }), refusedWith('log_other'));
  await claimLog(connection, { ...claim, environment: `${redis.prefix}c`, logId: 'log-2' });
});

test('a log with another number of partitions is refused', async () => {
  const claim = { environment: `${redis.prefix}d`, logId: 'log-1', partitionCount: 4 };
  await claimLog(connection, claim);
  await assert.rejects(
    claimLog(connection, { ...claim, partitionCount: 48 }),
    refusedWith('log_partition_count_changed'),
  );
});

test('of two logs that claim at the same time one is refused', async () => {
  const claims = ['log-1', 'log-2'].map((logId) =>
    claimLog(connection, { environment: `${redis.prefix}e`, logId, partitionCount: 4 }),
  );
  const outcomes = await Promise.allSettled(claims);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});
