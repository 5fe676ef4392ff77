import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Schedule } from './document.ts';
import { endOf, isAlwaysOn, isOn, nextDigestAt } from './schedule-time.ts';

const at = (text: string): number => Date.parse(text);
const said = (atMs: number): string => new Date(atMs).toISOString();

const amsterdam = (times: Schedule['times']): Schedule => ({ timeZone: 'Europe/Amsterdam', times });
const nights = amsterdam([{ from: '22:00', to: '07:00' }]);
const office = amsterdam([
  { days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], from: '08:00', to: '18:00' },
]);

test('A schedule is on while the clock on the wall shows one of its times, its end exclusive', () => {
  // 1 June 2026 is a Monday; Amsterdam is two hours ahead of UTC.
  assert.equal(isOn(office, at('2026-06-01T05:59:59.999Z')), false);
  assert.equal(isOn(office, at('2026-06-01T06:00:00.000Z')), true);
  assert.equal(isOn(office, at('2026-06-01T15:59:59.999Z')), true);
  assert.equal(isOn(office, at('2026-06-01T16:00:00.000Z')), false);
  assert.equal(isOn(office, at('2026-05-31T10:00:00.000Z')), false);
});

test('A span over midnight belongs to the day on which it begins', () => {
  const fridays = amsterdam([{ days: ['friday'], from: '22:00', to: '06:00' }]);
  assert.equal(isOn(fridays, at('2026-06-05T21:00:00.000Z')), true);
  assert.equal(isOn(fridays, at('2026-06-06T03:59:59.000Z')), true);
  assert.equal(isOn(fridays, at('2026-06-06T04:00:00.000Z')), false);
  assert.equal(isOn(fridays, at('2026-06-06T21:00:00.000Z')), false);
  assert.equal(isOn(fridays, at('2026-06-05T03:00:00.000Z')), false);
});

test('It ends on the minute, summer or winter', () => {
  assert.equal(said(endOf(nights, at('2026-06-01T21:12:34.567Z'))), '2026-06-02T05:00:00.000Z');
  assert.equal(said(endOf(nights, at('2026-12-01T21:12:34.567Z'))), '2026-12-02T06:00:00.000Z');
  assert.equal(endOf(nights, at('2026-06-01T12:00:00.000Z')), at('2026-06-01T12:00:00.000Z'));
});

test('The night in which clocks go forward is an hour shorter, and the one in which they go back longer', () => {
  const hours = (from: string) => (endOf(nights, at(from)) - at(from)) / 3_600_000;
  assert.equal(hours('2026-03-28T21:00:00.000Z'), 8);
  assert.equal(hours('2026-10-24T20:00:00.000Z'), 10);
});

test('A time that clocks skip is over when they skip it', () => {
  // At 02:00 in Amsterdam on 29 March 2026 it is 03:00.
  const early = amsterdam([{ from: '01:30', to: '02:30' }]);
  assert.equal(said(endOf(early, at('2026-03-29T00:45:00.000Z'))), '2026-03-29T01:00:00.000Z');
});

test('A time that clocks show twice is on twice', () => {
  // At 03:00 in Amsterdam on 25 October 2026 it is 02:00 again.
  const early = amsterdam([{ from: '01:30', to: '02:30' }]);
  assert.equal(said(endOf(early, at('2026-10-24T23:45:00.000Z'))), '2026-10-25T00:30:00.000Z');
  assert.equal(isOn(early, at('2026-10-25T00:45:00.000Z')), false);
  assert.equal(isOn(early, at('2026-10-25T01:15:00.000Z')), true);
  assert.equal(said(endOf(early, at('2026-10-25T01:15:00.000Z'))), '2026-10-25T01:30:00.000Z');
});

test('Spans that touch end together, and one that is always on is known', () => {
  const touching = amsterdam([
    { from: '08:00', to: '12:00' },
    { from: '12:00', to: '24:00' },
  ]);
  assert.equal(said(endOf(touching, at('2026-06-01T07:00:00.000Z'))), '2026-06-01T22:00:00.000Z');
  assert.equal(isAlwaysOn(touching), false);
  assert.equal(isAlwaysOn(amsterdam([{ from: '00:00', to: '24:00' }])), true);
  assert.equal(
    isAlwaysOn(
      amsterdam([
        { from: '06:00', to: '22:00' },
        { from: '22:00', to: '06:00' },
      ]),
    ),
    true,
  );
  assert.equal(isAlwaysOn(nights), false);
});

test('A digest comes at its times of day, on its days, once on days when clocks change', () => {
  const digest = { at: ['08:00', '02:30'], timeZone: 'Europe/Amsterdam' };
  const times = (from: string, count: number): string[] => {
    const found: string[] = [];
    for (let atMs = at(from); found.length < count; found.push(said(atMs))) atMs = nextDigestAt(digest, atMs);
    return found;
  };
  assert.deepEqual(times('2026-03-28T12:00:00.000Z', 3), [
    '2026-03-29T01:00:00.000Z',
    '2026-03-29T06:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ]);
  assert.deepEqual(times('2026-10-24T12:00:00.000Z', 3), [
    '2026-10-25T00:30:00.000Z',
    '2026-10-25T07:00:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ]);
  const mondays = { at: ['09:00'], days: ['monday' as const], timeZone: 'UTC' };
  assert.equal(said(nextDigestAt(mondays, at('2026-06-01T09:00:00.000Z'))), '2026-06-08T09:00:00.000Z');
});

const zones = ['Europe/Amsterdam', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];
const time = fc
  .record({ hour: fc.integer({ min: 0, max: 23 }), minute: fc.constantFrom(0, 15, 30, 59) })
  .map(({ hour, minute }) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
const span = fc.record({ from: time, to: time }).filter(({ from, to }) => from !== to);
const instant = fc.oneof(
  fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') }),
  // Around the nights on which clocks change.
  fc.integer({ min: at('2026-03-28T12:00:00Z'), max: at('2026-03-29T12:00:00Z') }),
  fc.integer({ min: at('2026-10-24T12:00:00Z'), max: at('2026-10-25T12:00:00Z') }),
  fc.integer({ min: at('2026-04-04T06:00:00Z'), max: at('2026-04-05T06:00:00Z') }),
);

test('The end of a schedule is the first minute that is not in it, found by looking at every one', () => {
  fc.assert(
    fc.property(
      fc.record({
        timeZone: fc.constantFrom(...zones),
        times: fc.array(span, { minLength: 1, maxLength: 2 }),
      }),
      instant,
      (schedule, fromMs) => {
        fc.pre(!isAlwaysOn(schedule));
        const endMs = endOf(schedule, fromMs);
        const nextMinute = (atMs: number): number => Math.floor(atMs / 60_000) * 60_000 + 60_000;
        let walkedMs = fromMs;
        while (isOn(schedule, walkedMs)) walkedMs = nextMinute(walkedMs);
        assert.equal(endMs, walkedMs);
      },
    ),
    { numRuns: 200 },
  );
});
