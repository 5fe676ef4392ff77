import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  earliestEventTimeMs,
  formatInstant,
  isCalendarDay,
  latestEventTimeMs,
  parseInstant,
} from './timestamp.ts';

test('an instant that is written is read back to the millisecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: earliestEventTimeMs, max: latestEventTimeMs }), (epochMs) => {
      assert.deepEqual(parseInstant(formatInstant(epochMs)), { ok: true, epochMs });
    }),
  );
});

test('an offset moves the instant the other way', () => {
  assert.deepEqual(parseInstant('2026-03-29T03:00:00+02:00'), parseInstant('2026-03-29T01:00:00Z'));
  assert.deepEqual(parseInstant('2026-03-28T20:30:00-04:30'), parseInstant('2026-03-29T01:00:00Z'));
});

test('a day exists exactly where the calendar of the platform has it', () => {
  const years = fc.integer({ min: 1900, max: 2200 });
  fc.assert(
    fc.property(
      years,
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
      (year, month, day) => {
        const date = new Date(Date.UTC(year, month - 1, day));
        const exists =
          date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        assert.equal(isCalendarDay(year, month, day), exists);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('impossible clocks and local times are refused, and no text makes it throw', () => {
  for (const text of ['2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z', '2026-01-01T00:00:60Z']) {
    assert.deepEqual(parseInstant(text), { ok: false, code: 'date_impossible' });
  }
  assert.deepEqual(parseInstant('2026-01-01 00:00:00'), { ok: false, code: 'field_format' });
  fc.assert(fc.property(fc.string(), (text) => void parseInstant(text)));
});
