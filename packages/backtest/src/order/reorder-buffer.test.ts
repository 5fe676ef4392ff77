import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Row, RowOutcome } from '../read/row.ts';
import { createReorderBuffer } from './reorder-buffer.ts';

const rowAt = (eventTimeMs: number, line: number): Row => ({
  line,
  transactionId: String(line),
  account: 'a',
  counterparty: '',
  amountMinor: 1,
  currency: 'EUR',
  currencyNumber: 978,
  eventTimeMs,
  creditDebitIndicator: 'DBIT',
  channel: 0,
  country: '',
  label: 'unknown',
});

function sorted(times: readonly number[], rows: number): readonly Row[] {
  const buffer = createReorderBuffer(rows);
  const out: Row[] = [];
  for (const [index, time] of times.entries()) {
    const next = buffer.push({ ok: true, row: rowAt(time, index + 1) });
    if (next?.ok) out.push(next.row);
  }
  for (let next = buffer.shift(); next?.ok; next = buffer.shift()) out.push(next.row);
  return out;
}

test('rows within the buffer come out by time, those of one instant as they came', () => {
  const out = sorted([30, 10, 20, 10, 40], 3);
  assert.deepEqual(
    out.map(({ eventTimeMs, line }) => [eventTimeMs, line]),
    [
      [10, 2],
      [10, 4],
      [20, 3],
      [30, 1],
      [40, 5],
    ],
  );
});

test('a row further out of order ends the run with its line', () => {
  assert.throws(
    () => sorted([10, 20, 30, 40, 5], 2),
    (error: Error) => error.message.startsWith('line 5 happened before') && error.message.includes('2 rows'),
  );
});

test('any order comes out sorted where the buffer holds it all', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }), (times) => {
      const wanted = times
        .map((time, index) => [time, index + 1] as const)
        .sort(([one, first], [other, second]) => one - other || first - second);
      const found = sorted(times, 60).map(({ eventTimeMs, line }) => [eventTimeMs, line]);
      assert.deepEqual(found, wanted);
    }),
  );
});

test('a row that can not be read stays behind the one before it', () => {
  const buffer = createReorderBuffer(8);
  const bad = (line: number): RowOutcome => ({
    ok: false,
    bad: { line, transactionId: '', field: '', code: 'not_csv' },
  });
  const rows = [bad(1), { ok: true, row: rowAt(20, 2) } as const, bad(3), bad(4)];
  for (const one of [...rows, { ok: true, row: rowAt(10, 5) } as const]) buffer.push(one);
  const lines: number[] = [];
  for (let next = buffer.shift(); next !== undefined; next = buffer.shift())
    lines.push(next.ok ? next.row.line : next.bad.line);
  assert.deepEqual(lines, [1, 5, 2, 3, 4]);
});
