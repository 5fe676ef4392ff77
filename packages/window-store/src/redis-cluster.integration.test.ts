import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { startRedisCluster, waitFor } from '@weir/testkit';
import type { TestRedisNode } from '@weir/testkit';
import { unpackRecords } from '@weir/windows';
import { Redis } from 'ioredis';
import { claimLog } from './claim-log.ts';
import { withCode } from './fixtures/with-code.ts';
import { keysOfLog, openRedisUnderTest, windowSet } from './fixtures/redis-under-test.ts';
import type { RedisUnderTest } from './fixtures/redis-under-test.ts';
import { sampleAccount, sampleStep } from './fixtures/sample-records.ts';
import { openRedis } from './open-redis.ts';
import { createRedisWindowStore } from './redis-window-store.ts';
import { windowStoreContract } from './window-store-contract.ts';

const cluster = await startRedisCluster();
const connection = await openRedis({ url: cluster.url });
const { client } = connection;
after(async () => {
  await connection.close();
  await cluster.stop();
});

const openStore = () => openRedisUnderTest(connection, cluster.prefix);

windowStoreContract('redis cluster', async () => openStore());

const account = sampleAccount(1);

/** Which node holds a key's slot, as the nodes themselves say. */
async function nodeOf(key: string): Promise<{ readonly slot: number; readonly node: TestRedisNode }> {
  const slot = Number(await client.cluster('KEYSLOT', key));
  const ranges = await client.cluster('SLOTS');
  const owner = ranges.find(([from, to]) => slot >= from && slot <= to)?.[2]?.[1];
  const node = cluster.nodes.find(({ port }) => port === owner);
  assert.ok(node !== undefined);
  return { slot, node };
}

test('the partitions of a log lie on all three nodes, each whole on one', async () => {
  const { store, logId, keysOf } = openStore();
  const used = new Set<number>();
  for (let partition = 0; partition < 12; partition += 1) {
    assert.equal(await store.commit(sampleStep(account, 0, 500, { partition })), 'applied');
    used.add((await nodeOf(keysOf(partition).position)).node.port);
  }
  assert.deepEqual([...used].sort(), cluster.nodes.map(({ port }) => port).sort());
  assert.equal((await keysOfLog(connection, logId)).length, 12 * 4);
});

test('a log claims a cluster like a server', async () => {
  const claim = { environment: `${cluster.prefix}a`, logId: 'log-1', partitionCount: 4 };
  await claimLog(connection, claim);
  await assert.rejects(claimLog(connection, { ...claim, logId: 'log-2' }));
});

/**
 * Commits three records a step, over and over, until told to stop. A commit whose
 * answer is lost is asked about, as a worker does that takes its partition over.
 */
function keepCommitting({ store }: RedisUnderTest): { readonly stop: () => Promise<number> } {
  let isStopped = false;
  let at = 0;
  const running = (async () => {
    while (!isStopped) {
      const step = sampleStep(account, at, at + 3, { horizons: new Map([[account, 1]]) });
      const outcome = await untilAnswered(() => store.commit(step));
      assert.ok(outcome === 'applied' || outcome === 'alreadyMine', outcome);
      at += 3;
    }
    return at;
  })();
  return {
    stop: async () => {
      isStopped = true;
      return running;
    },
  };
}

/** Asks again for as long as the cluster doesn't serve. */
const untilAnswered = <Answer>(ask: () => Promise<Answer | undefined>) =>
  waitFor<Answer | undefined>(
    async () => {
      try {
        return await ask();
      } catch (error) {
        if (withCode('redis_unavailable')(error)) return undefined;
        throw error;
      }
    },
    { deadlineMs: 30_000, what: 'the cluster to answer' },
  );

async function assertStored({ reopen }: RedisUnderTest, end: number): Promise<void> {
  const store = reopen();
  assert.equal((await untilAnswered(() => store.position(0))).next, end);
  const loaded = await untilAnswered(() => store.load(0, [account]));
  const offsets = (loaded.get(account) ?? []).flatMap((piece) =>
    unpackRecords(piece).map(({ offset }) => offset),
  );
  assert.equal(offsets.length, end);
  assert.ok(offsets.every((offset, index) => offset === index));
}

async function openNode(t: TestContext, { port }: TestRedisNode): Promise<Redis> {
  const node = new Redis({ port, lazyConnect: true });
  await node.connect();
  t.after(() => node.disconnect());
  return node;
}

/** How many commands of that name a server has been given so far. */
async function callsOf(node: Redis, command: string): Promise<number> {
  const stats = await node.info('commandstats');
  return Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'm').exec(stats)?.[1] ?? 0);
}

test('while the partition moves to another node commits wait, and nothing is lost or doubled', async (t) => {
  const tested = openStore();
  const { slot, node: owner } = await nodeOf(tested.keysOf(0).position);
  const heir = cluster.nodes.find(({ port }) => port !== owner.port);
  assert.ok(heir !== undefined);
  const [from, to] = [await openNode(t, owner), await openNode(t, heir)];
  const work = keepCommitting(tested);
  await waitFor(async () => (await client.exists(tested.keysOf(0).segment(account, 1))) === 1);

  await to.cluster('SETSLOT', slot, 'IMPORTING', owner.id);
  await from.cluster('SETSLOT', slot, 'MIGRATING', heir.id);
  const move = (keys: readonly string[]) =>
    from.call('MIGRATE', '127.0.0.1', heir.port, '', 0, 5_000, 'KEYS', ...keys);
  // The position goes first: the scripts' other keys are then still at the old place.
  await move([tested.keysOf(0).position]);
  const asked = await callsOf(to, 'asking');
  await waitFor(async () => (await callsOf(to, 'asking')) > asked + 1, { what: 'commits at the new place' });
  for (;;) {
    const keys = await from.cluster('GETKEYSINSLOT', slot, 1);
    if (keys.length === 0) break;
    await move(keys);
  }
  for (const { port } of [heir, owner, ...cluster.nodes]) {
    const node = await openNode(t, { ...heir, port });
    await node.cluster('SETSLOT', slot, 'NODE', heir.id);
  }

  const next = (await untilAnswered(() => tested.store.position(0))).next;
  await waitFor(async () => ((await tested.store.position(0))?.next ?? 0) > next + 30);
  await assertStored(tested, await work.stop());
  assert.equal((await nodeOf(tested.keysOf(0).position)).node.port, heir.port);
});

test('a node that is killed under commits comes back with all of them', async () => {
  const tested = openStore();
  const { node } = await nodeOf(tested.keysOf(0).position);
  const work = keepCommitting(tested);
  await waitFor(async () => ((await tested.store.position(0))?.next ?? 0) > 100);
  await node.kill();
  await node.restart();
  const { next } = await untilAnswered(() => tested.store.position(0));
  await waitFor(async () => ((await untilAnswered(() => tested.store.position(0))).next ?? 0) > next + 30);
  await assertStored(tested, await work.stop());
});

/** A store whose partition 0 lies on that node. */
async function openStoreOn(node: TestRedisNode): Promise<RedisUnderTest> {
  for (;;) {
    const tested = openStore();
    if ((await nodeOf(tested.keysOf(0).position)).node === node) return tested;
  }
}

test('a node that is down is told within the bound, and the others go on', async (t) => {
  const [down, up] = cluster.nodes;
  assert.ok(down !== undefined && up !== undefined);
  const [lost, kept] = [await openStoreOn(down), await openStoreOn(up)];
  const impatient = await openRedis({ url: cluster.url, commandTimeoutMs: 300 });
  t.after(() => impatient.close());
  const over = ({ logId }: RedisUnderTest) =>
    createRedisWindowStore({ connection: impatient, logId, windowSet });
  await down.kill();
  try {
    await assert.rejects(over(lost).commit(sampleStep(account, 0, 1)), withCode('redis_unavailable'));
    assert.equal(await over(kept).commit(sampleStep(account, 0, 1)), 'applied');
  } finally {
    await down.restart();
  }
  const outcome = await untilAnswered(() => lost.store.commit(sampleStep(account, 0, 1)));
  assert.ok(outcome === 'applied' || outcome === 'alreadyMine', outcome);
});
