import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { createMemoryWindowStore } from '@weir/window-store/memory';
import type { WindowStore } from '@weir/windows';
import {
  fillWindows,
  plainLogId,
  plainReader,
  plainTransactions,
  plainWindows,
} from '../fixtures/plain-log.ts';
import { createPlainParts, silentObserver } from '../fixtures/plain-parts.ts';
import { sampleTransactions } from '../../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import type { OwnedPartition } from '../owned-partition.ts';
import { sampleWindows } from './sample-windows.ts';
import { createWindowSampler } from './window-sampler.ts';

const records = plainTransactions(0, sampleTransactions(0, 80));
const log = {
  logId: plainLogId,
  partitionCount: 1,
  versions: { ruleset: 'starter@1', windowPlan: 'standard@1' },
  sequence: 0,
};

/** A sampler over partitions whose stores may say something else than what was put into them. */
async function samplerOver(
  partitions: readonly number[],
  alter: (store: WindowStore) => WindowStore,
  read = plainReader(records),
) {
  const store = createMemoryWindowStore();
  const filled = partitions.map((partition) => ({ ...plainWindows(store), partition }));
  for (const windows of filled) await fillWindows(windows, records);
  const sampled: { partition: number; compared: number; differing: string[] }[] = [];
  const observe = {
    ...silentObserver,
    windowsSampled: (
      partition: number,
      { compared, differing }: { compared: number; differing: readonly { difference: string }[] },
    ) => void sampled.push({ partition, compared, differing: differing.map(({ difference }) => difference) }),
  };
  const { parts } = createPlainParts({ observe, openStore: async () => alter(store) });
  const owned = filled.map((windows): OwnedPartition => ({
    ...windows,
    transactions: parts.openTransactions(windows.partition),
    appendFrom: 0,
    publishFrom: 0,
    log,
  }));
  const state = { owned, distrusted: [] as number[], rests: 0 };
  const sampler = createWindowSampler({
    parts,
    batches: {
      owned: () => state.owned,
      distrust: async ({ partition }) => void state.distrusted.push(partition),
    },
    sampling: {
      accounts: 2,
      readRange: async (range) => {
        // Every partition reads the same records here; the reader knows them as partition 0's.
        const asZero = (map: ReadonlyMap<number, number> | undefined) =>
          new Map([[0, [...(map ?? [])][0]?.[1] ?? 0]]);
        await read({
          ...range,
          from: asZero(range.from as ReadonlyMap<number, number>),
          until: asZero(range.until),
        });
      },
      sleep: async () => void (state.rests += 1),
      random: () => 0.25,
    },
  });
  return { sampler, sampled, state };
}

test('a few accounts are compared, and windows that are as the log says are left alone', async () => {
  const { sampler, sampled, state } = await samplerOver([0], (store) => store);
  await sampler.sample();
  assert.deepEqual(sampled, [{ partition: 0, compared: 2, differing: [] }]);
  assert.deepEqual(state.distrusted, []);
});

test('a value that was altered is told, and its partition is rebuilt', async () => {
  const altered = (store: WindowStore): WindowStore => ({
    ...store,
    load: async (partition, accounts) =>
      new Map(
        [...(await store.load(partition, accounts))].map(([account, pieces]) => {
          const bytes = Buffer.concat(pieces);
          bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
          return [account, [bytes]];
        }),
      ),
  });
  const { sampler, sampled, state } = await samplerOver([0], altered);
  await sampler.sample();
  assert.deepEqual(sampled, [{ partition: 0, compared: 2, differing: ['other', 'other'] }]);
  assert.deepEqual(state.distrusted, [0]);
});

test('the partitions take their turns, and one that is being rebuilt has none', async () => {
  const { sampler, sampled, state } = await samplerOver([0, 3, 7], (store) => store);
  for (let round = 0; round < 4; round += 1) await sampler.sample();
  assert.deepEqual(
    sampled.map(({ partition }) => partition),
    [0, 3, 7, 0],
  );
  state.owned.splice(0, 3, { ...state.owned[0]!, stored: { next: 5, token: 'x' }, publishFrom: 80 });
  await sampler.sample();
  assert.equal(sampled.length, 4);
});

test('a sample of a partition that was let go meanwhile, and one that is asked to end, come to nothing', async () => {
  const lost = await samplerOver([0], (store) => ({
    ...store,
    load: async (partition, accounts) => {
      lost.state.owned = [];
      return store.load(partition, accounts);
    },
  }));
  await lost.sampler.sample();
  await lost.sampler.sample();
  assert.equal(lost.sampled.length, 1);
  const closed = await samplerOver([0], (store) => store);
  const under = closed.sampler.sample();
  await closed.sampler.close();
  await under;
  assert.deepEqual(closed.sampled, []);
});

test('reading goes slowly: the worker rests between five hundred records', async () => {
  const many = plainTransactions(0, sampleTransactions(0, 1_200));
  const store = createMemoryWindowStore();
  await fillWindows(plainWindows(store), many);
  let rests = 0;
  await sampleWindows(
    {
      opening: createPlainParts().parts.opening,
      logOffsets: async () => ({ earliest: 0, end: 1_200, partitionCount: 1 }),
      readRange: plainReader(many),
      sleep: async () => void (rests += 1),
      random: () => 0,
    },
    {
      ...{ partition: 0, logId: plainLogId, store, earliest: 0, stored: 1_200 },
      plan: plainWindows(store).plan,
    },
    { accounts: 2, isWanted: () => true },
  );
  assert.ok(rests >= 2);
});

test('a sampler that reads from brokers that are away ends when it is asked to', async () => {
  const reading = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const { sampler, sampled } = await samplerOver(
    [0],
    (store) => store,
    async ({ signal }) => {
      signal?.addEventListener('abort', () => ended.resolve());
      reading.resolve();
      await ended.promise;
      throw new Error('told to end');
    },
  );
  const under = sampler.sample();
  await reading.promise;
  await sampler.close();
  await under;
  assert.deepEqual(sampled, []);
});

test('a log that lets go of records under the sampler ends that sample alone', async () => {
  let isGone = true;
  const { sampler, sampled, state } = await samplerOver(
    [0],
    (store) => store,
    async (range) => {
      if (isGone) throw new WeirError('log_truncated', 'gone');
      await plainReader(records)(range);
    },
  );
  await sampler.sample();
  assert.deepEqual([sampled, state.distrusted], [[], []]);
  isGone = false;
  await sampler.sample();
  assert.equal(sampled.length, 1);
});
