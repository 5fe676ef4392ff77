import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWindowPlan, longestSpanMs, timeliness } from './window-plan.ts';

const observedAtMs = 1_767_225_600_000;
const { allowedLatenessMs, futureToleranceMs } = defaultWindowPlan;

test('an event exactly as old as the allowance is timely, a millisecond older it is late', () => {
  assert.equal(timeliness(observedAtMs - allowedLatenessMs, observedAtMs, defaultWindowPlan), 'timely');
  assert.equal(timeliness(observedAtMs - allowedLatenessMs - 1, observedAtMs, defaultWindowPlan), 'late');
});

test('an event exactly as far ahead as the tolerance is timely, a millisecond more is future-dated', () => {
  assert.equal(timeliness(observedAtMs + futureToleranceMs, observedAtMs, defaultWindowPlan), 'timely');
  assert.equal(
    timeliness(observedAtMs + futureToleranceMs + 1, observedAtMs, defaultWindowPlan),
    'future_dated',
  );
});

test('the standard plan looks back a minute, an hour, a day, a week and thirty days', () => {
  assert.deepEqual(
    defaultWindowPlan.spans.map(({ name, spanMs }) => [name, spanMs]),
    [
      ['1m', 60_000],
      ['1h', 3_600_000],
      ['24h', 86_400_000],
      ['7d', 604_800_000],
      ['30d', 2_592_000_000],
    ],
  );
  assert.equal(longestSpanMs(defaultWindowPlan), 2_592_000_000);
});
