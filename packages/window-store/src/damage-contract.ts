import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unpackRecords } from '@weir/windows';
import type { WindowStore } from '@weir/windows';
import { bucketOf } from './bucket-of.ts';
import { packSamples, sampleAccount, sampleCommit, sampleStep } from './fixtures/sample-records.ts';
import type { OpenStore } from './fixtures/store-under-test.ts';
import { withCode } from './fixtures/with-code.ts';

const account = sampleAccount(1);
const other = sampleAccount(2);
/** An account that lies in the same bucket as `account`. */
const neighbour = findNeighbour();

function findNeighbour(): string {
  for (let index = 2; ; index += 1)
    if (bucketOf(sampleAccount(index)) === bucketOf(account)) return sampleAccount(index);
}

const offsetsOf = async (store: WindowStore, of: string): Promise<number[]> =>
  ((await store.load(0, [of])).get(of) ?? []).flatMap((piece) =>
    unpackRecords(piece).map(({ offset }) => offset),
  );

/** Two accounts with three records each. */
async function fillTwo(store: WindowStore): Promise<void> {
  const appends = new Map([
    [account, packSamples(0, 3)],
    [other, packSamples(3, 6)],
  ]);
  assert.equal(await store.commit(sampleCommit({ next: 6, appends })), 'applied');
}

const appendOf = (to: string, after: number | undefined, token = 'writer-1') =>
  sampleCommit({
    expected: 6,
    next: 8,
    token,
    leftBy: 'writer-1',
    appends: new Map([[to, packSamples(6, 8)]]),
    after: new Map(after === undefined ? [] : [[to, after]]),
  });

/** What a store has to do when something of it is lost, brought back, or not what a writer knows. */
export function damageTests(open: OpenStore): void {
  test('an account that was lost is found out by whoever asks for it, and by nobody else', async () => {
    const { store, reopen, loseAccount } = await open();
    await fillTwo(store);
    await loseAccount(0, account);
    for (const one of [store, reopen()]) {
      await assert.rejects(one.load(0, [account]), withCode('windows_damaged'));
      await assert.rejects(one.load(0, [other, account]), withCode('windows_damaged'));
      assert.deepEqual(await offsetsOf(one, other), [3, 4, 5]);
    }
  });

  test('an account that was lost is found out when its bucket is listed', async () => {
    const { store, loseAccount } = await open();
    await fillTwo(store);
    await loseAccount(0, account);
    await assert.rejects(store.listAccounts(0, bucketOf(account)), withCode('windows_damaged'));
  });

  for (const [who, after] of [
    ['that has it in memory', 2],
    ['that takes it for a new one', undefined],
  ] as const) {
    test(`a writer ${who} is told that an account was lost, and nothing is written`, async () => {
      const { store, loseAccount } = await open();
      await fillTwo(store);
      await loseAccount(0, account);
      assert.equal(await store.commit(appendOf(account, after)), 'damaged');
      assert.deepEqual(await store.position(0), { next: 6, token: 'writer-1' });
      await assert.rejects(store.load(0, [account]), withCode('windows_damaged'));
    });
  }

  test('an account that falls into the bucket of a lost one finds out too', async () => {
    const { store, loseAccount } = await open();
    await fillTwo(store);
    await loseAccount(0, account);
    await assert.rejects(store.load(0, [neighbour]), withCode('windows_damaged'));
    assert.equal(await store.commit(appendOf(neighbour, undefined)), 'damaged');
  });

  for (const [what, after] of [
    ['fewer records', 1],
    ['more records', 3],
    ['no records at all', undefined],
  ] as const) {
    test(`a writer that knows an account to have ${what} than it has is answered "damaged"`, async () => {
      const { store } = await open();
      await fillTwo(store);
      assert.equal(await store.commit(appendOf(account, after)), 'damaged');
      assert.deepEqual(await store.position(0), { next: 6, token: 'writer-1' });
      assert.deepEqual(await offsetsOf(store, account), [0, 1, 2]);
      assert.equal(await store.commit(appendOf(account, 2)), 'applied');
    });
  }

  test('a writer that knows records of an account there never was is answered "damaged"', async () => {
    const { store } = await open();
    await fillTwo(store);
    assert.equal(await store.commit(appendOf(sampleAccount(3), 2)), 'damaged');
    assert.equal((await store.load(0, [sampleAccount(3)])).size, 0);
  });

  test('a commit of which one account is damaged brings the others nothing', async () => {
    const { store } = await open();
    await fillTwo(store);
    const appends = new Map([
      [other, packSamples(6, 7)],
      [sampleAccount(3), packSamples(7, 8)],
      [account, packSamples(8, 9)],
    ]);
    const after = new Map([
      [other, 5],
      [account, 1],
    ]);
    assert.equal(await store.commit(sampleCommit({ expected: 6, next: 9, appends, after })), 'damaged');
    assert.deepEqual(await offsetsOf(store, other), [3, 4, 5]);
    assert.equal((await store.load(0, [sampleAccount(3)])).size, 0);
  });

  test('who repeats a commit that was applied is told so, also when an account has been lost since', async () => {
    const { store, loseAccount } = await open();
    await fillTwo(store);
    assert.equal(await store.commit(appendOf(account, 2)), 'applied');
    await loseAccount(0, account);
    assert.equal(await store.commit(appendOf(account, 2)), 'alreadyMine');
  });

  test('records without a position are believed by nobody', async () => {
    const { store, reopen, losePosition } = await open();
    await fillTwo(store);
    await losePosition(0);
    const reopened = reopen();
    assert.equal(await reopened.position(0), undefined);
    await assert.rejects(reopened.load(0, [account]), withCode('windows_damaged'));
    assert.equal(await reopened.commit(sampleStep(account, 0, 1)), 'damaged');
    await reopened.clear(0);
    assert.equal((await reopened.load(0, [account])).size, 0);
    assert.equal(await reopened.commit(sampleStep(account, 0, 1)), 'applied');
  });

  test('a store that has seen a position loads nothing once that is gone or smaller', async () => {
    const { store, copy, losePosition } = await open();
    await fillTwo(store);
    const restore = await copy();
    await store.commit(appendOf(account, 2));
    await restore();
    await assert.rejects(store.load(0, [account]), withCode('position_moved'));
    assert.equal((await store.position(0))?.next, 6);
    assert.deepEqual(await offsetsOf(store, account), [0, 1, 2]);
    await losePosition(0);
    await assert.rejects(store.load(0, [sampleAccount(3)]), withCode('position_moved'));
  });

  test('after a return to an older copy a commit is answered "behind", and the older writer goes on', async () => {
    const { store, copy } = await open();
    await fillTwo(store);
    const restore = await copy();
    assert.equal(await store.commit(appendOf(account, 2)), 'applied');
    await restore();
    assert.equal(await store.commit(sampleCommit({ expected: 8, next: 9 })), 'behind');
    assert.equal(await store.commit(appendOf(account, 2, 'writer-2')), 'applied');
    assert.deepEqual(await offsetsOf(store, account), [0, 1, 2, 6, 7]);
  });
}
