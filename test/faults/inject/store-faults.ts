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

export const killRedis: Fault = async ({ stack, random, sleep, say }) => {
  await stack.redis.kill();
  say('Redis killed');
  await sleep(random.between(shortestAwayMs, longestAwayMs));
  await stack.redis.start();
  say('Redis serves again');
};

export const rollbackRedis: Fault = async ({ stack, random, sleep, say }) => {
  stack.redis.keepCopy();
  await sleep(copyAgeMs);
  await stack.redis.kill();
  stack.redis.bringCopyBack();
  say(`Redis killed and set back by ${copyAgeMs} ms`);
  await sleep(random.between(shortestAwayMs, longestAwayMs));
  await stack.redis.start();
  say('Redis serves again, with the older copy');
};

export const flushRedis: Fault = async ({ withRedis, say }) => {
  await withRedis(({ client }) => client.flushall());
  say('Redis told to forget everything (FLUSHALL)');
};

/**
 * A key that is gone shows when it is written to or read. Who has its records in
 * memory reads none, so the processes are started anew a moment later.
 */
export const deleteKeys: Fault = async ({ stack, withRedis, random, sleep, say }) => {
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
  say(`${deleted} keys of Redis deleted`);
  await sleep(warmMs);
  for (const worker of stack.detection.slice(0, 2)) {
    await worker.stop();
    worker.start();
    say(`${worker.name} stopped and started anew, with nothing in memory`);
  }
};

export const cutRedis: Fault = async ({ stack, random, sleep, say }) => {
  const { proxy } = stack.redis;
  await proxy.delay(slowMs);
  say(`Redis answers ${2 * slowMs} ms later`);
  await sleep(slowForMs);
  for (let cut = 0; cut < cuts; cut += 1) {
    say(`${await proxy.cut()} connections to Redis cut`);
    await sleep(random.between(50, 600));
  }
  await proxy.restore();
  say('Redis is reached as before');
};
