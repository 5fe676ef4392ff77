import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import type { Transaction } from '@weir/contracts';
import { createMemoryWindowStore } from '@weir/window-store/memory';
import { defaultWindowPlan, recordFormat } from '@weir/windows';
import type { WindowStore } from '@weir/windows';
import {
  fillWindows,
  plainLogId,
  plainReader,
  plainTransactions,
  plainWindows,
} from '../fixtures/plain-log.ts';
import { createPlainParts } from '../fixtures/plain-parts.ts';
import {
  sampleTransaction,
  sampleTransactions,
} from '../../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import type { WholeScanParts } from './scan-log.ts';
import { verifyPartition } from './verify-partition.ts';
import type { VerifiedPartition } from './verify-partition.ts';

const dayMs = 86_400_000;
const { opening } = createPlainParts().parts;

/** Sixty transactions of six accounts, ten of them sent twice. */
const records = plainTransactions(0, [...sampleTransactions(0, 60), ...sampleTransactions(20, 30)]);

const verifiedOf = (store: WindowStore, changed: Partial<VerifiedPartition> = {}): VerifiedPartition => ({
  ...{ partition: 0, logId: plainLogId, plan: defaultWindowPlan, store, earliest: 0, stored: 70 },
  ...changed,
});

async function differencesOf(
  verified: VerifiedPartition,
  log = records,
  chosen?: ReadonlySet<string>,
  changed: Partial<WholeScanParts> = {},
): Promise<{ readonly found: string[]; readonly compared: number; readonly lookedAt: number }> {
  const found: string[] = [];
  let compared = 0;
  let lookedAt = 0;
  const logOffsets = async () => ({ earliest: verified.earliest, end: 1_000, partitionCount: 1 });
  await verifyPartition(
    {
      ...{ opening, logOffsets },
      readRange: plainReader(log.filter(({ offset }) => offset >= verified.earliest)),
      ...changed,
    },
    verified,
    {
      onLookedAt: (count) => void (lookedAt += count),
      onCompared: (count) => void (compared += count),
      onDifference: (account, difference) => void found.push(`${accounts.indexOf(account)} ${difference}`),
    },
    chosen,
  );
  return { found, compared, lookedAt };
}

const accounts = [...new Set(records.map(({ key }) => String(key)))];

async function filledStore(): Promise<WindowStore> {
  const store = createMemoryWindowStore();
  await fillWindows(plainWindows(store), records);
  return store;
}

/** The store, but for what it says of one account. */
const saying = (
  store: WindowStore,
  account: string,
  say: (pieces: readonly Uint8Array[]) => readonly Uint8Array[],
): WindowStore => ({
  ...store,
  load: async (partition, asked) => {
    const loaded = await store.load(partition, asked);
    return new Map([...loaded].map(([name, pieces]) => [name, name === account ? say(pieces) : pieces]));
  },
});

test('windows that are what the log says are found the same, and all of them are compared', async () => {
  const { found, compared, lookedAt } = await differencesOf(verifiedOf(await filledStore()));
  assert.deepEqual([found, compared, lookedAt], [[], accounts.length, records.length]);
});

test('a record too few, one too many and one that is another are told apart', async () => {
  const store = await filledStore();
  const joined = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces);
  const { recordBytes } = recordFormat;
  const said = [
    [1, (all: readonly Uint8Array[]) => [joined(all).subarray(0, -recordBytes)], '1 missing'],
    [2, (all: readonly Uint8Array[]) => [flipped(joined(all))], '2 other'],
    [3, () => [], '3 missing'],
  ] as const;
  for (const [index, say, difference] of said) {
    const { found } = await differencesOf(verifiedOf(saying(store, accounts[index] ?? '', say)));
    assert.deepEqual(found, [difference]);
  }
  const withoutLast = records.filter((record, index) => index !== 59);
  const { found } = await differencesOf(verifiedOf(store), withoutLast);
  assert.deepEqual(found, [`${accounts.indexOf(String(records[59]?.key))} extra`]);
});

/** The same records, one amount of which is another. */
function flipped(packed: Buffer): Buffer {
  const copy = Buffer.from(packed);
  // The last byte of the last record's digest.
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
}

test('bytes that no record could be packed into, and records out of order, are differences', async () => {
  const store = await filledStore();
  const account = accounts[1] ?? '';
  const alterations: readonly ((bytes: Buffer) => Buffer)[] = [
    (bytes) => bytes.fill(0xff, bytes.length - 28, bytes.length - 20), // money of no currency
    (bytes) => bytes.fill(0xff, 0, 5), // an offset beyond all others
    (bytes) => Buffer.concat([bytes, bytes.subarray(0, recordFormat.recordBytes)]),
    (bytes) => bytes.subarray(0, -1),
  ];
  for (const alter of alterations) {
    const altered = saying(store, account, (all) => [alter(Buffer.concat(all))]);
    // From the log's beginning, and where what it has forgotten is read first.
    for (const earliest of [0, 25])
      assert.deepEqual((await differencesOf(verifiedOf(altered, { earliest }))).found, ['1 other']);
  }
});

test('an account the log does not know is found too', async () => {
  const store = await filledStore();
  const unknown = accounts[3] ?? '';
  const { found } = await differencesOf(
    verifiedOf(store),
    records.filter(({ key }) => String(key) !== unknown),
  );
  assert.deepEqual(found, ['3 extra']);
});

test('what came after the stored position was taken down is no difference', async () => {
  const store = await filledStore();
  assert.deepEqual((await differencesOf(verifiedOf(store, { stored: 41 }))).found, []);
});

test('only the accounts asked for are opened and compared', async () => {
  const store = saying(await filledStore(), accounts[1] ?? '', () => []);
  const one = await differencesOf(verifiedOf(store), records, new Set([accounts[0] ?? '']));
  assert.deepEqual([one.found, one.compared], [[], 1]);
  const other = await differencesOf(verifiedOf(store), records, new Set([accounts[1] ?? '']));
  assert.deepEqual(other.found, ['1 missing']);
});

/** Sixteen transactions a day over four months for one account: the older ones are forgotten, and trimmed in time. */
const monthsOfOne = Array.from({ length: 2_000 }, (_unused, n): Transaction => {
  const at = new Date(Date.UTC(2026, 0, 1) + (n * dayMs) / 16).toISOString();
  const account = { other: { id: 'account-0' } };
  return sampleTransaction(n, { account, eventTime: at, observedAt: at });
});
const months = plainTransactions(0, monthsOfOne);

test('records that were trimmed are no difference as long as nothing could see them', async () => {
  const store = createMemoryWindowStore();
  await fillWindows(plainWindows(store), months);
  const account = String(months[0]?.key);
  const pieces = (await store.load(0, [account])).get(account) ?? [];
  const stored = Buffer.concat(pieces).byteLength / recordFormat.recordBytes;
  assert.ok(stored < months.length, 'the store has trimmed some');
  const verified = verifiedOf(store, { stored: months.length });
  assert.deepEqual((await differencesOf(verified, months)).found, []);
  // One that is still visible is missed, though it is the oldest that is left.
  const visible = 31 * 16;
  const shorter = saying(store, account, (all) => [
    Buffer.concat(all).subarray(-(visible - 1) * recordFormat.recordBytes),
  ]);
  assert.deepEqual((await differencesOf({ ...verified, store: shorter }, months)).found, ['0 missing']);
});

test('what the log has let go of is not judged, and its repetitions are still known', async () => {
  const store = await filledStore();
  assert.deepEqual((await differencesOf(verifiedOf(store, { earliest: 25 }))).found, []);
});

test('a repetition of what the log and the windows have both let go of is not missed', async () => {
  const [first] = monthsOfOne;
  assert.ok(first !== undefined);
  const again = { ...first, observedAt: monthsOfOne[400]?.eventTime ?? '' };
  // Seen again after 25 days, told for a repetition, and 45 days are over.
  const log = plainTransactions(0, [...monthsOfOne.slice(0, 400), again, ...monthsOfOne.slice(400, 720)]);
  const store = createMemoryWindowStore();
  await fillWindows(plainWindows(store), log);
  // A store may drop the first sending by now; in the log it stands no more either.
  const trimmed = saying(store, String(log[0]?.key), (all) => [
    Buffer.concat(all).subarray(recordFormat.recordBytes),
  ]);
  const verified = verifiedOf(trimmed, { earliest: 100, stored: log.length });
  assert.deepEqual((await differencesOf(verified, log)).found, []);
});

test('windows that are rebuilt meanwhile can not be verified', async () => {
  const store = await filledStore();
  const verified = verifiedOf({ ...store, position: async () => ({ next: 10, token: 'another' }) });
  await assert.rejects(differencesOf(verified), { code: 'position_moved' });
});

/** A log that retention moves on, ten records further each time somebody is reading it. */
function shrinkingLog(timesAtMost: number) {
  const state = { earliest: 0, times: 0 };
  const parts: Partial<WholeScanParts> = {
    logOffsets: async () => ({ earliest: state.earliest, end: 70, partitionCount: 1 }),
    readRange: async (range) => {
      await plainReader(records.slice(0, state.earliest + 5))(range);
      if (state.times >= timesAtMost) return plainReader(records.slice(state.earliest + 5))(range);
      state.times += 1;
      state.earliest += 10;
      throw new WeirError('log_truncated', 'gone');
    },
  };
  return { parts, state };
}

test('a log that lets go of records while it is read is read from its next beginning', async () => {
  const { parts, state } = shrinkingLog(2);
  const verified = verifiedOf(await filledStore());
  const { found, compared } = await differencesOf(verified, records, undefined, parts);
  assert.deepEqual([found, compared, state.times], [[], accounts.length, 2]);
});

test('a log that lets go of records again and again is given up, and that is said', async () => {
  const { parts, state } = shrinkingLog(Infinity);
  const verifying = differencesOf(verifiedOf(await filledStore()), records, undefined, parts);
  await assert.rejects(verifying, { code: 'log_truncated' });
  assert.equal(state.times, 5);
});
