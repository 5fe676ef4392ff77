import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ops } from './connect-ops.ts';
import { narrowDown } from './find-in-order.ts';

/** A partition with a record at each offset that has a time; a marker stands at the others. */
function opsOf(times: readonly (number | null)[]) {
  let [reads, records] = [0, 0];
  const kafka = {
    readRange: async ({ from, until, onRecord }: Parameters<Ops['kafka']['readRange']>[0]) => {
      reads += 1;
      for (const [partition, first] of from as ReadonlyMap<number, number>) {
        for (let offset = first; offset < (until?.get(partition) ?? 0); offset += 1) {
          const timestampMs = times[offset] ?? null;
          if (timestampMs === null) continue;
          records += 1;
          await onRecord({
            ...{ topic: 't', partition, offset, timestampMs, key: null, value: null },
            headers: {},
            repeatedHeaders: [],
          });
        }
      }
    },
  };
  // What a record says is not looked at here, so nothing has to open.
  const opener = { open: () => Promise.resolve([]) };
  const ops = { kafka, opener, environment: 'local' } as unknown as Ops;
  return { ops, reads: () => reads, records: () => records };
}

const markersBetween = (count: number): (number | null)[] =>
  Array.from({ length: 2 * count }, (_, offset) => (offset % 2 === 0 ? offset : null));

test('a place in a long partition is narrowed down by a few reads, wherever it lies', async () => {
  const times = markersBetween(50_000);
  for (const wanted of [0, 2, 1_998, 49_000, 73_456, 99_998, 200_000]) {
    const { ops, reads, records } = opsOf(times);
    const whole = { partition: 0, from: 0, until: times.length };
    const stretch = await narrowDown(ops, 'decisions', whole, ({ record }) => record.timestampMs < wanted);
    assert.ok(stretch.from <= Math.min(wanted, times.length - 1), String(wanted));
    assert.ok(stretch.until > Math.min(wanted, times.length - 1), String(wanted));
    assert.ok(stretch.until - stretch.from <= 2_000 && reads() <= 7 && records() < 400, String(wanted));
  }
});

test('where nothing but markers stands in between, what is left is searched through', async () => {
  const times = [1, ...Array.from({ length: 9_000 }, () => null), 2];
  const whole = { partition: 0, from: 0, until: times.length };
  const stretch = await narrowDown(
    opsOf(times).ops,
    'decisions',
    whole,
    ({ record }) => record.timestampMs < 2,
  );
  assert.deepEqual(stretch, { from: 0, until: times.length });
});
