import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unpackRecords } from '@weir/windows';
import type { ChainCommit, WindowStore } from '@weir/windows';
import { maxAccountsPerCall, maxCommitBytes } from './limits.ts';
import { packSamples, sampleAccount, sampleCommit } from './fixtures/sample-records.ts';

const account = sampleAccount(1);
const other = sampleAccount(2);

async function offsetsOf(store: WindowStore, partition = 0, of = account): Promise<number[]> {
  const segments = (await store.load(partition, [of])).get(of) ?? [];
  return segments.flatMap((segment) => unpackRecords(segment).map(({ offset }) => offset));
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

/** Appends the offsets from `from` to `to` in commits of `each`, all to one account. */
async function fill(
  store: WindowStore,
  from: number,
  to: number,
  each: number,
  change: { readonly observedAtSeconds?: number; readonly horizon?: number } = {},
): Promise<void> {
  for (let at = from; at < to; at += each) {
    const next = Math.min(at + each, to);
    const outcome = await store.commit(
      sampleCommit({
        expected: at === 0 ? undefined : at,
        next,
        appends: new Map([[account, packSamples(at, next, change.observedAtSeconds)]]),
        horizons: new Map(change.horizon === undefined ? [] : [[account, change.horizon]]),
      }),
    );
    assert.equal(outcome, 'applied');
  }
}

/**
 * What every window store has to do, as tests. `makeStore` answers an empty
 * store, a new one for each test.
 */
export function windowStoreContract(name: string, makeStore: () => Promise<WindowStore>): void {
  describe(`${name} as a window store`, () => {
    chainTests(makeStore);
    recordTests(makeStore);
    boundTests(makeStore);
  });
}

function chainTests(makeStore: () => Promise<WindowStore>): void {
  test('a partition has no position until its first commit', async () => {
    const store = await makeStore();
    assert.equal(await store.position(0), undefined);
    assert.equal(await store.commit(sampleCommit({ next: 10 })), 'applied');
    assert.deepEqual(await store.position(0), { next: 10, token: 'writer-1' });
    assert.equal(await store.position(1), undefined);
  });

  test('a first commit may name offset 0, the beginning of the log', async () => {
    const store = await makeStore();
    assert.equal(await store.commit(sampleCommit({ next: 0 })), 'applied');
    assert.equal(await store.commit(sampleCommit({ expected: 0, next: 1 })), 'applied');
  });

  test('a commit said twice is applied once', async () => {
    const store = await makeStore();
    const commit = sampleCommit({ next: 3, appends: new Map([[account, packSamples(0, 3)]]) });
    assert.equal(await store.commit(commit), 'applied');
    assert.equal(await store.commit(commit), 'alreadyMine');
    assert.deepEqual(await offsetsOf(store), [0, 1, 2]);
  });

  const refusals: readonly (readonly [string, Partial<ChainCommit>, string])[] = [
    ['the same step of another writer', { expected: 10, next: 20, token: 'writer-2' }, 'ahead'],
    ['an older step of the same writer', { expected: 10, next: 15 }, 'ahead'],
    ['a first commit, once there is a position', { expected: undefined, next: 30 }, 'ahead'],
    ['a step from beyond the position', { expected: 21, next: 30 }, 'behind'],
  ];
  for (const [what, change, outcome] of refusals) {
    test(`${what} is answered "${outcome}" and changes nothing`, async () => {
      const store = await makeStore();
      await store.commit(sampleCommit({ next: 10 }));
      await store.commit(sampleCommit({ expected: 10, next: 20 }));
      const appends = new Map([[account, packSamples(10, 12)]]);
      assert.equal(await store.commit(sampleCommit({ next: 20, appends, ...change })), outcome);
      assert.deepEqual(await store.position(0), { next: 20, token: 'writer-1' });
      assert.deepEqual(await offsetsOf(store), []);
    });
  }

  test('positions are compared as numbers', async () => {
    const store = await makeStore();
    await store.commit(sampleCommit({ next: 9 }));
    assert.equal(await store.commit(sampleCommit({ expected: 10, next: 11 })), 'behind');
    await store.commit(sampleCommit({ expected: 9, next: Number.MAX_SAFE_INTEGER - 1 }));
    assert.equal(await store.commit(sampleCommit({ expected: 10, next: 11 })), 'ahead');
    const last = sampleCommit({ expected: Number.MAX_SAFE_INTEGER - 1, next: Number.MAX_SAFE_INTEGER });
    assert.equal(await store.commit(last), 'applied');
  });

  test('a commit that expects a position where there is none is answered "missing"', async () => {
    const store = await makeStore();
    const appends = new Map([[account, packSamples(10, 12)]]);
    assert.equal(await store.commit(sampleCommit({ expected: 10, next: 12, appends })), 'missing');
    assert.equal(await store.position(0), undefined);
    assert.deepEqual(await offsetsOf(store), []);
  });

  test('of two writers who race, one makes each step and every record is stored once', async () => {
    const store = await makeStore();
    for (let step = 0; step < 20; step += 1) {
      const at = step * 5;
      const race = ['writer-1', 'writer-2'].map((token) =>
        store.commit(
          sampleCommit({
            expected: step === 0 ? undefined : at,
            next: at + 5,
            token,
            appends: new Map([[account, packSamples(at, at + 5)]]),
          }),
        ),
      );
      assert.deepEqual((await Promise.all(race)).sort(), ['ahead', 'applied']);
    }
    assert.deepEqual(await offsetsOf(store), range(0, 100));
  });
}

function recordTests(makeStore: () => Promise<WindowStore>): void {
  test('records are loaded by account, in the order they were appended; who has none is absent', async () => {
    const store = await makeStore();
    const first = new Map([
      [account, packSamples(0, 2)],
      [other, packSamples(2, 3)],
    ]);
    await store.commit(sampleCommit({ next: 3, appends: first }));
    await store.commit(
      sampleCommit({ expected: 3, next: 5, appends: new Map([[account, packSamples(3, 5)]]) }),
    );
    const loaded = await store.load(0, [account, other, sampleAccount(3)]);
    assert.deepEqual([...loaded.keys()].sort(), [account, other].sort());
    assert.deepEqual(await offsetsOf(store), [0, 1, 3, 4]);
    assert.deepEqual(await offsetsOf(store, 0, other), [2]);
    assert.equal((await store.load(0, [])).size, 0);
  });

  test('a busy account is kept in segments of at most 64 KB', async () => {
    const store = await makeStore();
    await fill(store, 0, 5_000, 700);
    const segments = (await store.load(0, [account])).get(account) ?? [];
    assert.equal(segments.length, Math.ceil(5_000 / 1_424));
    for (const segment of segments) assert.ok(segment.byteLength <= 65_536);
    assert.deepEqual(await offsetsOf(store), range(0, 5_000));
  });

  test('a single append longer than a segment is cut between records', async () => {
    const store = await makeStore();
    await fill(store, 0, 4_000, 4_000);
    await fill(store, 4_000, 4_001, 1);
    assert.deepEqual(await offsetsOf(store), range(0, 4_001));
  });

  test('full segments are dropped once the horizon has passed every record of theirs', async () => {
    const store = await makeStore();
    await fill(store, 0, 1_424, 1_424, { observedAtSeconds: 1_000 });
    await fill(store, 1_424, 2_848, 1_424, { observedAtSeconds: 2_000 });
    await fill(store, 2_848, 4_272, 1_424, { observedAtSeconds: 3_000, horizon: 1_001 });
    assert.deepEqual(await offsetsOf(store), range(1_424, 4_272));
  });

  test('a segment with a single record observed at the horizon stays whole', async () => {
    const store = await makeStore();
    await fill(store, 0, 1_423, 1_423, { observedAtSeconds: 1_000 });
    await fill(store, 1_423, 1_424, 1, { observedAtSeconds: 1_001 });
    await fill(store, 1_424, 2_848, 1_424, { observedAtSeconds: 2_000 });
    await fill(store, 2_848, 4_272, 1_424, { observedAtSeconds: 3_000, horizon: 1_001 });
    assert.deepEqual(await offsetsOf(store), range(0, 4_272));
  });

  test('without a horizon nothing is forgotten', async () => {
    const store = await makeStore();
    await fill(store, 0, 5_000, 500, { observedAtSeconds: 1 });
    assert.deepEqual(await offsetsOf(store), range(0, 5_000));
  });

  test('an account that was busy once shrinks faster than it grows', async () => {
    const store = await makeStore();
    await fill(store, 0, 1_424 * 10, 1_424 * 10, { observedAtSeconds: 1_000 });
    await fill(store, 1_424 * 10, 1_424 * 14, 1_424, { observedAtSeconds: 9_000, horizon: 9_000 });
    const segments = (await store.load(0, [account])).get(account) ?? [];
    assert.ok(segments.length <= 5, `${segments.length} segments are left`);
  });

  test('clearing forgets one partition and no other', async () => {
    const store = await makeStore();
    const appends = new Map([[account, packSamples(0, 3_000)]]);
    for (const partition of [1, 11]) await store.commit(sampleCommit({ partition, next: 3_000, appends }));
    await store.clear(1);
    await store.clear(2);
    assert.equal(await store.position(1), undefined);
    assert.deepEqual(await offsetsOf(store, 1), []);
    assert.deepEqual(await store.position(11), { next: 3_000, token: 'writer-1' });
    assert.deepEqual(await offsetsOf(store, 11), range(0, 3_000));
    assert.equal(await store.commit(sampleCommit({ partition: 1, next: 1 })), 'applied');
  });
}

function boundTests(makeStore: () => Promise<WindowStore>): void {
  const oneRecord = packSamples(0, 1);
  const misuses: readonly (readonly [string, Partial<ChainCommit>])[] = [
    ['that does not move on', { expected: 5, next: 5 }],
    ['that goes back', { expected: 5, next: 4 }],
    ['to something that is no offset', { next: -1 }],
    ['without a token', { token: '' }],
    ['with part of a record', { appends: new Map([[account, oneRecord.subarray(1)]]) }],
    ['with an account that is not a pseudonym', { appends: new Map([['NL91ABNA0417164300', oneRecord]]) }],
    [
      'of too many accounts',
      {
        appends: new Map(range(0, maxAccountsPerCall + 1).map((index) => [sampleAccount(index), oneRecord])),
      },
    ],
    [
      'of too many bytes',
      { appends: new Map([[account, new Uint8Array(46 * (Math.floor(maxCommitBytes / 46) + 1))]]) },
    ],
  ];
  for (const [what, change] of misuses) {
    test(`a commit ${what} is refused as the caller's bug`, async () => {
      const store = await makeStore();
      await assert.rejects(store.commit(sampleCommit({ next: 10, ...change })), RangeError);
      assert.equal(await store.position(0), undefined);
    });
  }

  test('a load of too many accounts, or of something else than accounts, is refused', async () => {
    const store = await makeStore();
    await assert.rejects(store.load(0, range(0, maxAccountsPerCall + 1).map(sampleAccount)), RangeError);
    await assert.rejects(store.load(0, ['NL91ABNA0417164300']), RangeError);
  });
}
