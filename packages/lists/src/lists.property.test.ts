import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createListBuilder,
  createListJoiner,
  createPseudonymList,
  listDigest,
  mergeLists,
  removeEntries,
  splitList,
} from './index.ts';

const hourMs = 3_600_000;

/** Few enough to meet again, at both ends, and anything between. */
const prefix = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 2 ** 48 - 40, max: 2 ** 48 - 1 }),
  fc.integer({ min: 0, max: 2 ** 48 - 1 }),
);
const expiresAtMs = fc.oneof(
  fc.constant(Infinity),
  fc.integer({ min: 0, max: 100 }).map((hours) => hours * hourMs),
);
const entries = fc.array(fc.tuple(prefix, expiresAtMs), { maxLength: 200 });
const atMs = fc.integer({ min: 0, max: 101 * hourMs });

const hexOf = (number: number): string => number.toString(16).padStart(12, '0');

type Entries = readonly (readonly [prefix: number, expiresAtMs: number])[];

function bytesOf(given: Entries): Uint8Array {
  const builder = createListBuilder('counterparty');
  for (const [number, expires] of given) builder.add(Buffer.from(hexOf(number), 'hex'), expires);
  return builder.build();
}

/** What a list is meant to be: of each prefix the latest expiry. */
function mapOf(given: Entries): Map<number, number> {
  const map = new Map<number, number>();
  for (const [number, expires] of given) map.set(number, Math.max(expires, map.get(number) ?? 0));
  return map;
}

function assertSame(bytes: Uint8Array, map: ReadonlyMap<number, number>, others: Entries, now: number): void {
  const list = createPseudonymList('mules@1', bytes);
  assert.equal(list.entries, map.size);
  for (const number of [...map.keys(), ...others.map(([other]) => other)]) {
    const expires = map.get(number);
    assert.equal(list.expiresAtMs(hexOf(number)), expires);
    assert.equal(list.has(hexOf(number), now), expires !== undefined && now < expires);
  }
  assert.equal(list.expired(now), [...map.values()].filter((expires) => now >= expires).length);
}

test('a list answers as a map of the latest expiries does, whatever was added and in which order', () => {
  fc.assert(
    fc.property(entries, entries, atMs, (given, others, now) => {
      assertSame(bytesOf(given), mapOf(given), others, now);
    }),
    { numRuns: 50 },
  );
});

test('the same entries make the same bytes in every order', () => {
  fc.assert(
    fc.property(entries, (given) => {
      assert.deepEqual(bytesOf(given.toReversed()), bytesOf(given));
    }),
    { numRuns: 50 },
  );
});

test('adding gives the entries of both, without those that had expired and were not added again', () => {
  fc.assert(
    fc.property(entries, entries, atMs, (before, more, now) => {
      const changed = mergeLists(bytesOf(before), bytesOf(more), now);
      const expected = mapOf([...before, ...more]);
      const added = mapOf(more);
      for (const [number, expires] of mapOf(before))
        if (now >= expires && !added.has(number)) expected.delete(number);
      assertSame(changed.bytes, expected, before, now);
      assert.equal(changed.entries, mapOf(before).size - changed.expired + changed.added);
    }),
    { numRuns: 50 },
  );
});

test('removing takes entries out whenever they expire, and leaves every other one that has not expired', () => {
  fc.assert(
    fc.property(entries, entries, atMs, (before, gone, now) => {
      const changed = removeEntries(bytesOf(before), bytesOf(gone), now);
      const removed = mapOf(gone);
      const left = [...mapOf(before)].filter(([number, expires]) => !removed.has(number) && now < expires);
      assertSame(changed.bytes, new Map(left), before, now);
      assert.equal(changed.entries + changed.removed + changed.expired, mapOf(before).size);
    }),
    { numRuns: 50 },
  );
});

test('a list that was cut into parts is put together as it was', () => {
  const large = fc
    .nat(60_000)
    .map((count) => bytesOf(Array.from({ length: count }, (_, n) => [n * 7, Infinity])));
  fc.assert(
    fc.property(large, (bytes) => {
      const parts = [...splitList({ ref: 'mules@1', importedAt: '2026-01-01T00:00:00.000Z' }, bytes)];
      const joiner = createListJoiner({
        ...{ ref: 'mules@1', digest: listDigest(bytes) },
        location: { offset: 0, parts: parts.length },
      });
      for (const part of parts) joiner.accept(part);
      assert.ok(Buffer.from(joiner.finish()).equals(bytes));
    }),
    { numRuns: 20 },
  );
});
