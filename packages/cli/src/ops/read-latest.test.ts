import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartitionPositions } from '@weir/kafka';
import type { ReadEvent } from './read-events.ts';
import { readLatest } from './read-latest.ts';

/** A stream by partition: the time of the record at each offset, or null for a marker. */
type Log = readonly (readonly (number | null)[])[];

function readerOf(log: Log) {
  const offsets = log.map((records, partition) => ({ partition, earliest: 0, end: records.length }));
  let reads = 0;
  const read = async (from: PartitionPositions, onEvent: (event: ReadEvent) => void): Promise<void> => {
    reads += 1;
    for (const [partition, records] of log.entries()) {
      for (const [offset, timestampMs] of records.entries()) {
        if (timestampMs === null || offset < (from.get(partition) ?? Infinity)) continue;
        onEvent({ record: { partition, offset, timestampMs } } as ReadEvent);
      }
    }
  };
  const latest = async (count: number): Promise<string[]> =>
    (await readLatest({ count, offsets, read })).map(({ record }) => `${record.partition}/${record.offset}`);
  return { latest, reads: () => reads };
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
