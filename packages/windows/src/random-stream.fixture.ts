import { maxAmountMinor } from '@weir/contracts';
import fc from 'fast-check';
import type { WindowPlan, WindowQuery, WindowRecord } from './types.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 0, 1);

export const currencies = [978, 840] as const;
export const directions = ['CRDT', 'DBIT'] as const;
export const identities = ['0000000000000001', '0000000000000002', '1000000000000001', 'fedcba9876543210'];
export const counterparties = ['', '0000000000aa', '00aa00000000', 'a0b1c2d3e4f5'];
export const countries = ['', 'NL', 'ZZ'];
const channels = [0, 1, 7];

/** Plans of one to five spans between a minute and 90 days. */
export const anyPlan: fc.Arbitrary<WindowPlan> = fc
  .record({
    spansMs: fc.uniqueArray(
      fc.oneof(
        fc.integer({ min: minuteMs, max: 10 * minuteMs }),
        fc.integer({ min: minuteMs, max: 90 * dayMs }),
        fc.constantFrom(minuteMs, 60 * minuteMs, dayMs, 90 * dayMs),
      ),
      { minLength: 1, maxLength: 5 },
    ),
    allowedLatenessMs: fc.constantFrom(0, minuteMs, dayMs),
    // With 1 a second of observation ends exactly where an allowance may.
    futureToleranceMs: fc.constantFrom(0, 1, 1_500, 10 * minuteMs),
  })
  .map(({ spansMs, ...allowances }) => {
    const spans = spansMs.sort((a, b) => a - b).map((spanMs) => ({ name: `${spanMs}ms`, spanMs }));
    return { ref: 'random@1', spans: spans as unknown as WindowPlan['spans'], ...allowances };
  });

/** A duration that matters to the plan: nothing, next to nothing, a share of a span, or a span and a millisecond to either side. */
const anyDurationMs = (plan: WindowPlan): fc.Arbitrary<number> => {
  const anySpanMs = fc.constantFrom(...plan.spans.map((span) => span.spanMs));
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0, 0, 1, 999, 1_000) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(anySpanMs, fc.constantFrom(50, 20, 7, 3))
        .map(([ms, parts]) => Math.floor(ms / parts)),
    },
    { weight: 1, arbitrary: fc.tuple(anySpanMs, fc.constantFrom(-1, 0, 1)).map(([ms, off]) => ms + off) },
  );
};

/** How far an event lies from the clock it is observed by: mostly not at all, at times late, very late, or ahead. */
const anySkewMs = (plan: WindowPlan): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: anyDurationMs(plan).map((ms) => -ms) },
    { weight: 1, arbitrary: anyDurationMs(plan) },
    { weight: 1, arbitrary: fc.constantFrom(20_000 * dayMs, -100 * dayMs, plan.futureToleranceMs + 1_000) },
  );

/** A stream of records of one account, in offset order. */
export const anyStream = (plan: WindowPlan, maxLength: number): fc.Arbitrary<WindowRecord[]> =>
  fc
    .array(
      fc.record(
        {
          offsetGap: fc.integer({ min: 1, max: 3 }),
          clockMs: anyDurationMs(plan),
          skewMs: anySkewMs(plan),
          observedJitterSeconds: fc.constantFrom(0, 0, 0, -3, 2),
          amountMinor: fc.constantFrom(1, 99, 100, 101, 5_000, 2 ** 25, maxAmountMinor - 1, maxAmountMinor),
          currency: fc.constantFrom(978, 978, 978, ...currencies),
          creditDebitIndicator: fc.constantFrom('DBIT', 'DBIT', ...directions),
          identity: fc.constantFrom(...identities),
          digest: fc.constantFrom('00000000', 'deadbeef'),
          counterparty: fc.constantFrom(...counterparties),
          channel: fc.constantFrom(...channels),
          country: fc.constantFrom(...countries),
        },
        { noNullPrototype: true },
      ),
      { minLength: 1, maxLength, size: 'max' },
    )
    .map((steps) => {
      let offset = 0;
      let clockMs = startMs;
      return steps.map(({ offsetGap, clockMs: sinceMs, skewMs, observedJitterSeconds, ...fields }) => {
        offset += offsetGap;
        clockMs += sinceMs;
        const observedAtSeconds = Math.floor(clockMs / 1000) + observedJitterSeconds;
        return { ...fields, offset, eventTimeMs: clockMs + skewMs, observedAtSeconds };
      });
    });

/** Instants around a stream: of its records, a span of the plan behind them, and a millisecond to either side. */
export const anyInstant = (plan: WindowPlan, stream: readonly WindowRecord[]): fc.Arbitrary<number> =>
  fc
    .tuple(
      fc.constantFrom(...stream.map((record) => record.eventTimeMs)),
      fc.oneof(fc.constant(0), fc.constantFrom(...plan.spans.map((span) => span.spanMs))),
      fc.constantFrom(0, 0, -1, 1),
    )
    .map(([timeMs, spanMs, offMs]) => timeMs + spanMs + offMs);

export const anyQuery = (atMs: fc.Arbitrary<number>): fc.Arbitrary<WindowQuery> =>
  fc
    .record({
      atMs,
      currency: fc.constantFrom(...currencies),
      creditDebitIndicator: fc.constantFrom(...directions),
      counterparty: fc.constantFrom(undefined, undefined, ...counterparties),
    })
    .map(({ counterparty, ...query }) => (counterparty === undefined ? query : { ...query, counterparty }));
