import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLatest } from './read-latest.ts';
import type { ReadPlace, ReadStretch } from './read-latest.ts';

/** A stream by partition: the time of the record at each offset, or null for a marker. */
type Log = readonly (readonly (number | null)[])[];

/** Reads of it what `isWanted`, and tells how it went about it. */
function readerOf(log: Log, isWanted: (place: ReadPlace) => boolean = () => true) {
  const offsets = log.map((records, partition) => ({ partition, earliest: 0, end: records.length }));
  const stretches: ReadStretch[] = [];
  let records = 0;
  const latest = (count: number): Promise<string[]> =>
    readLatest<string>({
      count,
      offsets,
      read: async (stretch, onRecord) => {
        stretches.push(stretch);
        for (const [partition, from] of stretch.from) {
          const until = stretch.until.get(partition) ?? 0;
          for (const [index, timestampMs] of (log[partition] ?? []).slice(from, until).entries()) {
            if (timestampMs === null) continue;
            records += 1;
            const place = { partition, offset: from + index, timestampMs };
            onRecord(place, isWanted(place) ? `${partition}/${place.offset}` : undefined);
          }
        }
      },
    });
  return { latest, stretches, reads: () => stretches.length, records: () => records };
}

test('the latest of the whole stream are shown, no more of them, in the order of time', async () => {
  const { latest } = readerOf([
    [10, 40, 70],
    [20, 30, 60, 80],
  ]);
  assert.deepEqual(await latest(3), ['1/2', '0/2', '1/3']);
  assert.deepEqual(await latest(100), ['0/0', '1/0', '1/1', '0/1', '1/2', '0/2', '1/3']);
});

test('records of one instant stand in the order of partition and offset', async () => {
  const { latest } = readerOf([
    [5, 5],
    [5, 5],
  ]);
  assert.deepEqual(await latest(3), ['0/1', '1/0', '1/1']);
});

test('markers of transactions take no place among the latest, however many there are', async () => {
  const markers = Array.from({ length: 50 }, () => null);
  const { latest, reads } = readerOf([[10, 20, ...markers], [15]]);
  assert.deepEqual(await latest(2), ['1/0', '0/1']);
  assert.ok(reads() > 1);
});

test('an empty stream has no latest, and none are wanted where the count is zero', async () => {
  assert.deepEqual(await readerOf([[], []]).latest(10), []);
  const { latest, reads } = readerOf([[1]]);
  assert.deepEqual([await latest(0), reads()], [[], 0]);
});

test('of a long stretch no more than the latest are kept, and they are the right ones', async () => {
  const times = Array.from({ length: 400 }, (_, index) => (index * 37) % 400);
  const { latest } = readerOf([times]);
  const expected = [397, 398, 399].map((time) => `0/${times.indexOf(time)}`);
  // The log's time need not grow with the offset; a stretch of 2 x 200 is all of it.
  assert.deepEqual((await latest(200)).slice(-3), expected);
});

test('the newest few of very many are had without reading the others', async () => {
  const long = Array.from({ length: 1_000_000 }, (_, offset) => offset);
  const { latest, records } = readerOf([long, long]);
  assert.deepEqual(await latest(3), ['1/999998', '0/999999', '1/999999']);
  assert.ok(records() < 100);
});

test('of what is rarely wanted the newest are found far back, in stretches of a bounded length', async () => {
  const long = Array.from({ length: 300_000 }, (_, offset) => offset);
  const { latest, records, stretches } = readerOf([long], ({ offset }) => offset < 10);
  assert.deepEqual(await latest(2), ['0/8', '0/9']);
  // Each record once, however often it was looked further back.
  assert.equal(records(), long.length);
  const lengths = stretches.map(({ from, until }) => (until.get(0) ?? 0) - (from.get(0) ?? 0));
  assert.equal(Math.max(...lengths), 50_000);
});

test('a partition that fell silent long ago is not read further than its newest', async () => {
  const busy = Array.from({ length: 500 }, (_, index) => 1_000_000 + index);
  const silent = Array.from({ length: 100_000 }, (_, index) => index);
  const { latest, records } = readerOf([busy, silent]);
  assert.deepEqual(await latest(2), ['0/498', '0/499']);
  assert.ok(records() < 20);
});

test('a record that claims to be from long ago hides none of those before it', async () => {
  const isWanted = ({ partition, offset }: ReadPlace) => partition === 1 || offset < 4;
  const { latest } = readerOf(
    [
      [10, 11, 12, 13, 14, 15, 16, 17, 0, 18],
      [1, 2, 3],
    ],
    isWanted,
  );
  assert.deepEqual(await latest(3), ['0/1', '0/2', '0/3']);
});
