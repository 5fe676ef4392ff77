import type { Fault } from './fault-context.ts';

const shortestAwayMs = 300;
const longestAwayMs = 2_500;
/** How old the copy is that Redis is brought back with. */
const copyAgeMs = 2_500;
const slowMs = 150;
const slowForMs = 2_500;
const cuts = 4;
const mostDeletedKeys = 5;
const warmMs = 1_500;
const scanPageKeys = 1_000;
const mostScannedKeys = 20_000;

export const killRedis: Fault = async ({ stack, random, sleep, say, expect }) => {
  expect('Redis ran and was killed', await stack.redis.kill());
  say('Redis killed');
  await sleep(random.between(shortestAwayMs, longestAwayMs));
  await stack.redis.start();
  say('Redis serves again');
};

export const rollbackRedis: Fault = async ({ stack, random, sleep, say, expect, readPositions }) => {
  stack.redis.keepCopy();
  await sleep(copyAgeMs);
  const before = await readPositions();
  expect('Redis ran and was killed', await stack.redis.kill());
  stack.redis.bringCopyBack();
  say(`Redis killed and set back by ${copyAgeMs} ms`);
  await sleep(random.between(shortestAwayMs, longestAwayMs));
  // Detection would repair it before anybody could look.
  await stack.redis.proxy.block();
  await stack.redis.start();
  const after = await readPositions();
  await stack.redis.proxy.restore();
  const isOlder = before.some((next, partition) => next !== undefined && (after[partition] ?? 0) < next);
  expect('the Redis that came back was older than the one that went', isOlder);
  say('Redis serves again, with the older copy');
};

const countFlushCount =
  "local before = redis.call('DBSIZE') redis.call('FLUSHALL') return { before, redis.call('DBSIZE') }";

export const flushRedis: Fault = async ({ withRedis, say, expect }) => {
  const [before, after] = await withRedis(async ({ client }) => {
    // One script: whoever writes to it does so before or behind.
    const reply = await client.eval(countFlushCount, 0);
    return Array.isArray(reply) ? reply.map(Number) : [];
  });
  expect('Redis had keys and FLUSHALL left none', Number(before) > 0 && after === 0);
  say('Redis told to forget everything (FLUSHALL)');
};

/**
 * A key that is gone shows when it is written to or read. Who has its records in
 * memory reads none, so the processes are started anew a moment later.
 */
export const deleteKeys: Fault = async ({ stack, withRedis, random, sleep, say, expect }) => {
  const deleted = await withRedis(async ({ client }) => {
    const keys: string[] = [];
    let cursor = '0';
    do {
      const [next, found] = await client.scan(cursor, 'MATCH', 'weir:{*', 'COUNT', scanPageKeys);
      keys.push(...found);
      cursor = next;
    } while (cursor !== '0' && keys.length < mostScannedKeys);
    const chosen = random.shuffle(keys.toSorted()).slice(0, random.between(1, mostDeletedKeys));
    return chosen.length === 0 ? 0 : client.del(...chosen);
  });
  expect('keys of Redis were deleted', deleted > 0);
  say(`${deleted} keys of Redis deleted`);
  await sleep(warmMs);
  for (const worker of stack.detection.slice(0, 2)) {
    await worker.stop();
    worker.start();
    say(`${worker.name} stopped and started anew, with nothing in memory`);
  }
};

export const cutRedis: Fault = async ({ stack, random, sleep, say, expect }) => {
  const { proxy } = stack.redis;
  await proxy.delay(slowMs);
  say(`Redis answers ${2 * slowMs} ms later`);
  await sleep(slowForMs);
  let cutInAll = 0;
  for (let cut = 0; cut < cuts; cut += 1) {
    const connections = await proxy.cut();
    cutInAll += connections;
    say(`${connections} connections to Redis cut`);
    await sleep(random.between(50, 600));
  }
  expect('connections to Redis were cut', cutInAll > 0);
  expect('something to or from Redis had to wait', (await proxy.restore()) > 0);
  say('Redis is reached as before');
};
