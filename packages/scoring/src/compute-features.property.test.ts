import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxAmountMinor } from '@weir/contracts';
import { defaultWindowPlan as plan, type WindowRecord } from '@weir/windows';
import fc from 'fast-check';
import { dayMs, historyOf, noonMs, recordOf } from './account-fixture.ts';
import { baseline } from './baseline.ts';
import { computeFeatures } from './compute-features.ts';
import { featureNames } from './feature-names.ts';

const someRecord: fc.Arbitrary<Partial<WindowRecord>> = fc.record({
  eventTimeMs: fc.integer({ min: noonMs - 32 * dayMs, max: noonMs + dayMs }),
  amountMinor: fc.oneof(
    fc.integer({ min: 1, max: 20_000 }),
    fc.integer({ min: 840_000, max: 1_010_000 }),
    fc.integer({ min: 1, max: maxAmountMinor }),
  ),
  currency: fc.constantFrom(978, 840, 392),
  creditDebitIndicator: fc.constantFrom('DBIT', 'CRDT'),
  counterparty: fc.constantFrom('', 'aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'),
});
const past = fc.array(someRecord, { maxLength: 60 });

test('every feature is there in its order, null or finite, never negative zero, and read back from JSON as it was', () => {
  fc.assert(
    fc.property(past, someRecord, (before, now) => {
      const features = computeFeatures({
        record: recordOf({ ...now, offset: 1_000 }),
        history: historyOf(before),
        plan,
      });
      assert.deepEqual(Object.keys(features), featureNames);
      for (const value of Object.values(features)) {
        if (value === null) continue;
        assert.ok(Number.isFinite(value) && !Object.is(value, -0));
      }
      assert.deepEqual(JSON.parse(JSON.stringify(features)), features);
    }),
  );
});

test('features depend on how long ago things happened, not on when', () => {
  fc.assert(
    fc.property(past, someRecord, fc.integer({ min: -3_000, max: 3_000 }), (before, now, days) => {
      const at = (shiftMs: number) => {
        const shifted = (one: Partial<WindowRecord>) => ({
          ...one,
          eventTimeMs: (one.eventTimeMs ?? noonMs) + shiftMs,
        });
        const record = recordOf({ ...shifted(now), offset: 1_000 });
        return computeFeatures({ record, history: historyOf(before.map(shifted)), plan });
      };
      assert.deepEqual(at(days * dayMs), at(0));
    }),
  );
});

test('the usual range is ordered, whole and within what a transaction may carry', () => {
  fc.assert(
    fc.property(fc.array(someRecord, { minLength: 20, maxLength: 60 }), someRecord, (before, now) => {
      const usual = baseline({
        record: recordOf({ ...now, offset: 1_000 }),
        history: historyOf(before),
        plan,
      });
      if (usual === null) return;
      const { lowMinor, typicalMinor, highMinor } = usual;
      assert.ok([lowMinor, typicalMinor, highMinor].every(Number.isSafeInteger));
      assert.ok(0 <= lowMinor && lowMinor <= typicalMinor && typicalMinor <= highMinor);
      assert.ok(highMinor <= maxAmountMinor);
    }),
  );
});

test('an amount lies above the usual range exactly where it is more than one deviation above the mean', () => {
  const amounts = fc.array(fc.integer({ min: 100, max: 100_000 }), { minLength: 12, maxLength: 40 });
  fc.assert(
    fc.property(amounts, fc.integer({ min: 100, max: 10_000_000 }), (before, amountMinor) => {
      const history = historyOf(
        before.map((amount, index) => ({
          amountMinor: amount,
          eventTimeMs: noonMs - (index + 1) * 3_600_000,
        })),
      );
      const record = recordOf({ amountMinor, offset: 1_000 });
      const deviations = Number(computeFeatures({ record, history, plan })['amountLogZ']);
      const high = baseline({ record, history, plan })?.highMinor ?? NaN;
      // Log amounts are rounded to a thousandth: within that of the edge either answer is right.
      if (Math.abs(deviations - 1) > 0.02) assert.equal(amountMinor > high, deviations > 1);
    }),
  );
});
