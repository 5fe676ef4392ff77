import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recordFormat, unpackRecords } from '@weir/windows';
import type { WindowStore } from '@weir/windows';
import { damageTests } from './damage-contract.ts';
import { packSamples, sampleAccount, sampleCommit, sampleStep } from './fixtures/sample-records.ts';
import type { CommitChange } from './fixtures/sample-records.ts';
import type { OpenStore } from './fixtures/store-under-test.ts';
import {
  maxAccountsPerCall,
  maxCommitBytes,
  openRecords,
  segmentRecords,
  segmentsDroppedPerCommit,
} from './limits.ts';

const account = sampleAccount(1);
const other = sampleAccount(2);
const { recordBytes } = recordFormat;

async function offsetsOf(store: WindowStore, partition = 0, of = account): Promise<number[]> {
  const pieces = (await store.load(partition, [of])).get(of) ?? [];
  return pieces.flatMap((piece) => unpackRecords(piece).map(({ offset }) => offset));
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
  const { horizon, ...rest } = change;
  const horizons = new Map(horizon === undefined ? [] : [[account, horizon]]);
  for (let at = from; at < to; at += each) {
    const step = sampleStep(account, at, Math.min(at + each, to), { ...rest, horizons });
    assert.equal(await store.commit(step), 'applied');
  }
}

/** What every window store has to do, as tests. `open` answers an empty store, a new one for each test. */
export function windowStoreContract(name: string, open: OpenStore): void {
  describe(`${name} as a window store`, () => {
    chainTests(open);
    recordTests(open);
    forgettingTests(open);
    damageTests(open);
    boundTests(open);
  });
}

function chainTests(open: OpenStore): void {
  test('a partition has no position until its first commit', async () => {
    const { store } = await open();
    assert.equal(await store.position(0), undefined);
    assert.equal(await store.commit(sampleCommit({ next: 10 })), 'applied');
    assert.deepEqual(await store.position(0), { next: 10, token: 'writer-1' });
    assert.equal(await store.position(1), undefined);
  });

  test('a first commit may name offset 0, the beginning of the log', async () => {
    const { store } = await open();
    assert.equal(await store.commit(sampleCommit({ next: 0 })), 'applied');
    assert.equal(await store.commit(sampleCommit({ expected: 0, next: 1 })), 'applied');
  });

  test('a commit said twice is applied once', async () => {
    const { store } = await open();
    const commit = sampleStep(account, 0, 3);
    assert.equal(await store.commit(commit), 'applied');
    assert.equal(await store.commit(commit), 'alreadyMine');
    assert.deepEqual(await offsetsOf(store), [0, 1, 2]);
  });

  const refusals: readonly (readonly [string, CommitChange, string])[] = [
    ['the same step of another writer', { expected: 10, next: 20, token: 'writer-2' }, 'ahead'],
    ['an older step of the same writer', { expected: 10, next: 15 }, 'ahead'],
    ['a first commit, once there is a position', { expected: undefined, next: 30 }, 'ahead'],
    ['a step from beyond the position', { expected: 21, next: 30 }, 'behind'],
    ['a step from where another writer left it', { expected: 20, leftBy: 'writer-2', next: 30 }, 'ahead'],
  ];
  for (const [what, change, outcome] of refusals) {
    test(`${what} is answered "${outcome}" and changes nothing`, async () => {
      const { store } = await open();
      await store.commit(sampleCommit({ next: 10 }));
      await store.commit(sampleCommit({ expected: 10, next: 20 }));
      const appends = new Map([[account, packSamples(10, 12)]]);
      assert.equal(await store.commit(sampleCommit({ next: 20, appends, ...change })), outcome);
      assert.deepEqual(await store.position(0), { next: 20, token: 'writer-1' });
      assert.deepEqual(await offsetsOf(store), []);
    });
  }

  test('positions are compared as numbers', async () => {
    const { store } = await open();
    await store.commit(sampleCommit({ next: 9 }));
    assert.equal(await store.commit(sampleCommit({ expected: 10, next: 11 })), 'behind');
    await store.commit(sampleCommit({ expected: 9, next: Number.MAX_SAFE_INTEGER - 1 }));
    assert.equal(await store.commit(sampleCommit({ expected: 10, next: 11 })), 'ahead');
    const last = sampleCommit({ expected: Number.MAX_SAFE_INTEGER - 1, next: Number.MAX_SAFE_INTEGER });
    assert.equal(await store.commit(last), 'applied');
  });

  test('a commit that expects a position where there is none is answered "missing"', async () => {
    const { store } = await open();
    assert.equal(await store.commit(sampleStep(account, 10, 12)), 'missing');
    assert.equal(await store.position(0), undefined);
    assert.deepEqual(await offsetsOf(store), []);
  });

  test('of two writers who race, one makes each step, and its records are the ones stored', async () => {
    const { store, reopen } = await open();
    const stores = [store, reopen()];
    const observed = [1_000, 2_000];
    let leftBy = 'nobody';
    for (let step = 0; step < 20; step += 1) {
      const race = stores.map((one, index) =>
        one.commit(
          sampleStep(account, step * 5, step * 5 + 5, {
            token: `writer-${index}`,
            leftBy,
            observedAtSeconds: observed[index] ?? 0,
          }),
        ),
      );
      const outcomes = await Promise.all(race);
      assert.deepEqual([...outcomes].sort(), ['ahead', 'applied']);
      const winner = outcomes.indexOf('applied');
      leftBy = `writer-${winner}`;
      assert.equal((await store.position(0))?.token, leftBy);
      const stored = (await store.load(0, [account])).get(account)?.flatMap(unpackRecords) ?? [];
      assert.deepEqual(
        new Set(stored.slice(-5).map(({ observedAtSeconds }) => observedAtSeconds)),
        new Set([observed[winner]]),
      );
    }
    assert.deepEqual(await offsetsOf(store), range(0, 100));
  });

  test('a writer that was overtaken learns so even where the other made the very same step', async () => {
    const { store, reopen } = await open();
    await store.commit(sampleStep(account, 0, 3, { token: 'writer-1' }));
    const successor = reopen();
    assert.equal(
      await successor.commit(sampleStep(account, 3, 6, { token: 'writer-2', leftBy: 'writer-1' })),
      'applied',
    );
    assert.equal(await store.commit(sampleStep(account, 3, 6, { token: 'writer-1' })), 'ahead');
    assert.equal(
      await successor.commit(sampleStep(account, 3, 6, { token: 'writer-2', leftBy: 'writer-1' })),
      'alreadyMine',
    );
    assert.deepEqual(await offsetsOf(store), range(0, 6));
  });
}

function recordTests(open: OpenStore): void {
  test('records are loaded by account, in the order they were appended; who has none is absent', async () => {
    const { store } = await open();
    const first = new Map([
      [account, packSamples(0, 2)],
      [other, packSamples(2, 3)],
    ]);
    await store.commit(sampleCommit({ next: 3, appends: first }));
    const second = sampleStep(account, 3, 5, { after: new Map([[account, 1]]) });
    assert.equal(await store.commit(second), 'applied');
    const loaded = await store.load(0, [account, other, sampleAccount(3)]);
    assert.deepEqual([...loaded.keys()].sort(), [account, other].sort());
    assert.deepEqual(await offsetsOf(store), [0, 1, 3, 4]);
    assert.deepEqual(await offsetsOf(store, 0, other), [2]);
    assert.equal((await store.load(0, [])).size, 0);
  });

  test('every length of history is loaded as it was appended, whatever the commits were cut into', async () => {
    const lengths = [openRecords - 1, openRecords, openRecords + 1, segmentRecords, segmentRecords + 1];
    for (const each of [1, 7, ...lengths]) {
      const { store } = await open();
      await fill(store, 0, 2 * segmentRecords + openRecords, each);
      assert.deepEqual(await offsetsOf(store), range(0, 2 * segmentRecords + openRecords), `by ${each}`);
    }
  });

  test('pieces are whole records, at most 16 KiB of them', async () => {
    const { store } = await open();
    await fill(store, 0, 5_000, 700);
    const pieces = (await store.load(0, [account])).get(account) ?? [];
    for (const { byteLength } of pieces) assert.ok(byteLength <= 16_384 && byteLength % recordBytes === 0);
    assert.deepEqual(await offsetsOf(store), range(0, 5_000));
  });

  test('the accounts of a partition are listed once each, over all pages', async () => {
    const { store } = await open();
    const accounts = range(0, 500).map(sampleAccount);
    const appends = new Map(accounts.map((one, index) => [one, packSamples(index, index + 1)]));
    await store.commit(sampleCommit({ next: 500, appends }));
    await store.commit(sampleStep(other, 0, 1, { partition: 1 }));
    const listed: string[] = [];
    for (let page = 0; page < store.accountPages; page += 1)
      listed.push(...(await store.listAccounts(0, page)));
    assert.deepEqual(listed.sort(), accounts.sort());
  });

  test('clearing forgets one partition and no other', async () => {
    const { store } = await open();
    for (const partition of [1, 11]) await store.commit(sampleStep(account, 0, 3_000, { partition }));
    await store.clear(1);
    await store.clear(2);
    assert.equal(await store.position(1), undefined);
    assert.deepEqual(await offsetsOf(store, 1), []);
    assert.deepEqual(await store.position(11), { next: 3_000, token: 'writer-1' });
    assert.deepEqual(await offsetsOf(store, 11), range(0, 3_000));
    assert.equal(await store.commit(sampleStep(account, 0, 1, { partition: 1 })), 'applied');
  });
}

function forgettingTests(open: OpenStore): void {
  test('full segments are dropped once the horizon has passed every record of theirs', async () => {
    const { store } = await open();
    await fill(store, 0, 3 * segmentRecords, segmentRecords, { observedAtSeconds: 1_000 });
    await fill(store, 3 * segmentRecords, 5 * segmentRecords, 10, { observedAtSeconds: 2_000 });
    await fill(store, 5 * segmentRecords, 6 * segmentRecords, 10, {
      observedAtSeconds: 3_000,
      horizon: 1_001,
    });
    const offsets = await offsetsOf(store);
    assert.deepEqual(offsets, range(offsets[0] ?? 0, 6 * segmentRecords));
    assert.ok((offsets[0] ?? 0) >= 2 * segmentRecords, 'what is forgettable is gone');
    assert.ok((offsets[0] ?? 0) <= 3 * segmentRecords, 'and nothing else is');
  });

  test('a segment with a single record observed at the horizon stays whole', async () => {
    const { store } = await open();
    await fill(store, 0, 1, 1, { observedAtSeconds: 1_001 });
    await fill(store, 1, segmentRecords * 4, 100, { observedAtSeconds: 1_000 });
    await fill(store, segmentRecords * 4, segmentRecords * 6, 10, {
      observedAtSeconds: 3_000,
      horizon: 1_001,
    });
    assert.deepEqual(await offsetsOf(store), range(0, segmentRecords * 6));
  });

  test('without a horizon nothing is forgotten', async () => {
    const { store } = await open();
    await fill(store, 0, 5_000, 500, { observedAtSeconds: 1 });
    assert.deepEqual(await offsetsOf(store), range(0, 5_000));
  });

  test('an account that was busy once shrinks faster than it grows', async () => {
    const { store } = await open();
    const busy = segmentRecords * 12;
    await fill(store, 0, busy, busy, { observedAtSeconds: 1_000 });
    await fill(store, busy, busy + segmentRecords * 4, segmentRecords, {
      observedAtSeconds: 9_000,
      horizon: 9_000,
    });
    assert.ok(((await offsetsOf(store))[0] ?? 0) >= busy - segmentRecords);
  });

  test('the latest record of an account stays, whatever the horizon', async () => {
    const { store } = await open();
    await fill(store, 0, segmentRecords * 3, segmentRecords, { horizon: 4_000_000_000 });
    const end = segmentRecords * 3;
    assert.equal((await offsetsOf(store)).at(-1), end - 1);
    assert.equal(await store.commit(sampleStep(account, end, end + 1)), 'applied');
  });

  test('one commit drops a bounded number of segments, and the next ones go on', async () => {
    const { store } = await open();
    const accounts = range(0, 10).map(sampleAccount);
    const old = segmentRecords * 5;
    const appendToAll = (from: number, to: number, observedAtSeconds: number, horizon: number) =>
      store.commit(
        sampleCommit({
          expected: from === 0 ? undefined : from,
          next: to,
          appends: new Map(accounts.map((one) => [one, packSamples(from, to, observedAtSeconds)])),
          after: new Map(from === 0 ? [] : accounts.map((one) => [one, from - 1])),
          horizons: new Map(accounts.map((one) => [one, horizon])),
        }),
      );
    const dropped = async (): Promise<number> => {
      const firsts = await Promise.all(accounts.map(async (one) => (await offsetsOf(store, 0, one))[0] ?? 0));
      return firsts.reduce((sum, first) => sum + first, 0) / segmentRecords;
    };
    for (let at = 0; at < old; at += segmentRecords) await appendToAll(at, at + segmentRecords, 1_000, 0);
    let at = old;
    for (let before = 0; before < 30; before = await dropped()) {
      assert.equal(await appendToAll(at, at + segmentRecords, 9_000, 5_000), 'applied');
      at += segmentRecords;
      const now = await dropped();
      assert.ok(now > before && now <= before + segmentsDroppedPerCommit, `${now} after ${before}`);
    }
  });

  test('what is left after forgetting can be appended to and loaded by anyone', async () => {
    const { store, reopen } = await open();
    await fill(store, 0, segmentRecords * 3, 50, { observedAtSeconds: 1_000 });
    await fill(store, segmentRecords * 3, segmentRecords * 6, 50, {
      observedAtSeconds: 9_000,
      horizon: 5_000,
    });
    const [first] = await offsetsOf(store);
    const reopened = reopen();
    await fill(reopened, segmentRecords * 6, segmentRecords * 7, 50, {
      observedAtSeconds: 9_000,
      horizon: 5_000,
    });
    assert.ok((first ?? 0) > 0);
    assert.deepEqual(await offsetsOf(reopened), range(first ?? 0, segmentRecords * 7));
  });
}

function boundTests(open: OpenStore): void {
  const oneRecord = packSamples(0, 1);
  const tooManyBytes = recordBytes * (Math.floor(maxCommitBytes / recordBytes) + 1);
  const tooMany = range(0, maxAccountsPerCall + 1).map(sampleAccount);
  const misuses: readonly (readonly [string, CommitChange])[] = [
    ['that does not move on', { expected: 5, next: 5 }],
    ['that goes back', { expected: 5, next: 4 }],
    ['to something that is no offset', { next: -1 }],
    ['without a token', { token: '' }],
    ['with part of a record', { appends: new Map([[account, oneRecord.subarray(1)]]) }],
    ['with an account that is not a pseudonym', { appends: new Map([['NL91ABNA0417164300', oneRecord]]) }],
    ['of too many accounts', { appends: new Map(tooMany.map((one) => [one, oneRecord])) }],
    ['of too many bytes', { appends: new Map([[account, new Uint8Array(tooManyBytes)]]) }],
  ];
  for (const [what, change] of misuses) {
    test(`a commit ${what} is refused as the caller's bug`, async () => {
      const { store } = await open();
      await assert.rejects(store.commit(sampleCommit({ next: 10, ...change })), RangeError);
      assert.equal(await store.position(0), undefined);
    });
  }

  test('a load of too many accounts, or of something else than accounts, is refused', async () => {
    const { store } = await open();
    await assert.rejects(store.load(0, tooMany), RangeError);
    await assert.rejects(store.load(0, ['NL91ABNA0417164300']), RangeError);
  });

  test('a page of accounts that there is not is refused', async () => {
    const { store } = await open();
    for (const page of [-1, 0.5, store.accountPages])
      await assert.rejects(store.listAccounts(0, page), RangeError);
  });
}
