import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Judge } from '@weir/rules';
import { createMemoryWindowStore } from '@weir/window-store/memory';
import { createHistoryCache, defaultWindowPlan } from '@weir/windows';
import type { ChainOutcome, WindowStore } from '@weir/windows';
import type { Run } from './cut-runs.ts';
import { decideBatch, joinedBy, windowRecordOf } from '@weir/verdicts';
import type { Decided } from '@weir/verdicts';
import { decodedTransaction } from '../../../packages/verdicts/src/fixtures/decoded-transaction.ts';
import { createPlainParts } from './fixtures/plain-parts.ts';
import { sampleTransaction } from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { appendToWindows, goOnBehind, loadHistories, storedBefore } from './histories.ts';
import type { OwnedPartition } from './owned-partition.ts';

const versions = { ruleset: 'starter@1', windowPlan: 'standard@1' };
const clearAll: Judge['judge'] = () => ({
  verdict: { outcome: 'cleared', score: 0, reasons: [], versions },
  features: {},
  evidence: undefined,
  alert: false,
  shadowRules: [],
});

function createOwned(store: WindowStore, maxBytes = 1_000_000): OwnedPartition {
  return {
    partition: 0,
    plan: defaultWindowPlan,
    transactions: createPlainParts().parts.openTransactions(0),
    store,
    histories: createHistoryCache({ maxBytes }),
    token: 'this-take-over',
    appendFrom: 0,
    publishFrom: 0,
    position: 0,
    stored: undefined,
    log: { logId: '018f3b9e-0000-4000-8000-000000000000', partitionCount: 1, versions, sequence: 0 },
  };
}

/** A run of the sample transactions of these numbers, at the same offsets. */
function runOf(...numbers: readonly number[]): Run {
  const decoded = numbers.map((n) => decodedTransaction(n, sampleTransaction(n)));
  return { from: numbers[0] ?? 0, to: (numbers.at(-1) ?? 0) + 1, decoded };
}

/** Decides and appends as a step does. */
async function take(owned: OwnedPartition, run: Run): Promise<Decided[]> {
  const histories = await loadHistories(owned, run);
  const before = storedBefore(histories);
  const decided = decideBatch(run.decoded, { judge: clearAll, histories, toRecord: windowRecordOf });
  const joined = decided.flatMap((one) => joinedBy(one) ?? []);
  await appendToWindows(owned, run, joined, before);
  goOnBehind(owned, run, histories);
  return decided;
}

/** Counts how many accounts were asked for in each read. */
function countingStore() {
  const store = createMemoryWindowStore();
  const loads: number[] = [];
  const counting: WindowStore = {
    ...store,
    load: (partition, accounts) => {
      loads.push(accounts.length);
      return store.load(partition, accounts);
    },
  };
  return { store: counting, loads };
}

// Transactions 1, 5, 7 and 11 are of one account, 2, 4, 8 and 10 of another.
test('an account in the cache is not read again, and one read brings all the others', async () => {
  const { store, loads } = countingStore();
  const owned = createOwned(store);
  await take(owned, runOf(1, 5));
  await take(owned, runOf(7, 8));
  await take(owned, runOf(10, 11));
  assert.deepEqual(loads, [1, 1]);
});

test('what the cache could not keep is read from the store as it was', async () => {
  const owned = createOwned(createMemoryWindowStore(), 1);
  await take(owned, runOf(1, 5));
  const [again] = await take(owned, { ...runOf(7), decoded: [{ ...runOf(5).decoded[0]!, offset: 7 }] });
  assert.deepEqual(again, { kind: 'duplicate', offset: 7, firstOffset: 5 });
});

test('records at and above the position, stored by a worker that died, are not seen before their turn', async () => {
  const store = createMemoryWindowStore();
  await take(createOwned(store), runOf(1, 5, 7));
  const heir = { ...createOwned(store), position: 5, stored: { next: 8, token: 'dead' } };
  const histories = await loadHistories(heir, runOf(5, 7));
  const [history] = histories.values();
  const offsets = history?.latest(Infinity, 10).map(({ offset }) => offset);
  assert.deepEqual(offsets, [1]);
});

test('a run without transactions reads nothing and still moves the position', async () => {
  const { store, loads } = countingStore();
  const owned = createOwned(store);
  const rejection = { code: 'not_sealed', path: '' } as const;
  const run: Run = { from: 0, to: 6, decoded: [{ kind: 'refused', offset: 5, rejection }] };
  await take(owned, run);
  assert.deepEqual(loads, []);
  assert.equal((await store.position(0))?.next, 6);
  assert.equal(owned.stored?.next, 6);
});

test('duplicates and rejections leave nothing in the windows', async () => {
  const store = createMemoryWindowStore();
  const owned = createOwned(store);
  const run = runOf(1, 5);
  const decided: Decided[] = [
    { kind: 'duplicate', offset: 1, firstOffset: 0 },
    { kind: 'rejected', offset: 5, rejection: { code: 'conflicting_duplicate', path: 'transactionId' } },
  ];
  const joined = decided.flatMap((one) => joinedBy(one) ?? []);
  await appendToWindows(owned, run, joined, storedBefore(new Map()));
  const [account] = (await loadHistories(owned, run)).keys();
  assert.deepEqual(await store.load(0, [account ?? '']), new Map());
});

test('a horizon is known only once something lies behind it', async () => {
  const owned = createOwned(createMemoryWindowStore());
  await take(owned, runOf(1, 5));
  const histories = await loadHistories(owned, runOf(7));
  const [account, history] = [...histories][0] ?? [];
  assert.deepEqual([...storedBefore(histories).horizons.keys()], [account]);
  assert.ok((history?.forgettableBeforeSeconds ?? 0) < Date.parse(sampleTransaction(1).eventTime) / 1000);
  const fresh = await loadHistories(createOwned(createMemoryWindowStore()), runOf(7));
  assert.deepEqual(storedBefore(fresh), { after: new Map(), horizons: new Map() });
});

for (const [outcome, accepted] of [
  ['applied', true],
  ['alreadyMine', true],
  ['behind', false],
  ['ahead', false],
  ['missing', false],
  ['damaged', false],
] as const satisfies readonly (readonly [ChainOutcome, boolean])[]) {
  test(`a chain commit answered with "${outcome}" ${accepted ? 'goes on' : 'asks for another take-over'}`, async () => {
    const owned = createOwned({ ...createMemoryWindowStore(), commit: async () => outcome });
    const appended = appendToWindows(owned, runOf(1, 5), [], storedBefore(new Map()));
    if (accepted) {
      await appended;
      assert.equal(owned.stored?.next, 6);
    } else {
      await assert.rejects(appended, {
        code: outcome === 'damaged' ? 'windows_damaged' : 'position_moved',
        recovery: 'retry',
      });
      assert.equal(owned.stored, undefined);
    }
  });
}
