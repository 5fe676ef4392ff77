import assert from 'node:assert/strict';
import { test } from 'node:test';
import { computeFeatures } from '@weir/scoring';
import { createAccountHistory, defaultWindowPlan as plan } from '@weir/windows';
import fc from 'fast-check';
import { isSameFeature, naiveFeatures } from './naive-features.ts';
import type { NaiveRecord } from './naive-windows.ts';

const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 0, 1);

const anyStep = fc.record({
  afterMs: fc.oneof(
    fc.nat({ max: hourMs }),
    fc.nat({ max: 48 * hourMs }),
    fc.constantFrom(0, 24 * hourMs, 400 * hourMs),
  ),
  lateMs: fc.constantFrom(0, 0, 0, 0, hourMs, 30 * hourMs),
  amountMinor: fc.oneof(
    fc.integer({ min: 1, max: 20_000 }),
    fc.constantFrom(10_000, 50_000, 900_000, 1_000_000_000),
  ),
  currency: fc.constantFrom(978, 978, 978, 840),
  creditDebitIndicator: fc.constantFrom('DBIT' as const, 'DBIT' as const, 'CRDT' as const),
  counterparty: fc.constantFrom('', 'aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'),
  channel: fc.nat({ max: 2 }),
  country: fc.constantFrom('', 'NL', 'DE'),
});

const anyPeers = fc.option(
  fc.record({
    meanMilli: fc.integer({ min: 3_000, max: 15_000 }),
    spreadMilli: fc.integer({ min: 100, max: 3_000 }),
    perDay: fc.constantFrom(0.05, 1, 2.5, 40),
  }),
  { nil: undefined },
);

test('every feature of any account, with peers or without, is what looking at each record gives', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 1, maxLength: 50, size: 'max' }), anyPeers, (steps, peers) => {
      const history = createAccountHistory(plan, [], 0);
      const before: NaiveRecord[] = [];
      let nowMs = startMs;
      for (const [offset, { afterMs, lateMs, ...fields }] of steps.entries()) {
        nowMs += afterMs;
        const times = { eventTimeMs: nowMs - lateMs, observedAtSeconds: Math.floor(nowMs / 1000) };
        const identity = offset.toString(16).padStart(16, '0');
        const record = { ...fields, ...times, offset, identity, digest: '00000000' };
        const given = peers === undefined ? {} : { peers };
        const features = computeFeatures({ record, history, plan }, given);
        const expected = naiveFeatures({ record, before, minorPerMajor: 100, peers }, plan);
        for (const name of new Set([...Object.keys(features), ...Object.keys(expected)]))
          assert.ok(
            isSameFeature(name, features[name], expected[name]),
            `${name} is ${features[name]} instead of ${expected[name]}`,
          );
        history.append(record);
        before.push(record);
      }
    }),
    { numRuns: 60 },
  );
});
