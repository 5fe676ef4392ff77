import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '@weir/contracts';
import { createComparison } from '@weir/replays';
import type { Judgement, ReplayedVersions } from '@weir/replays';
import type { Decided } from '@weir/verdicts';
import fc from 'fast-check';
import { featuresOf } from './compared-features.ts';

type Features = Readonly<Record<string, number | null>>;

const value = fc.option(fc.nat(2));
const drawn = fc.record({
  names: fc.uniqueArray(fc.constantFrom('amountMinor', 'count_24h', 'historyCount', 'newCountry')),
  then: fc.array(value, { maxLength: 4 }),
  isSame: fc.boolean(),
  now: fc.dictionary(fc.constantFrom('amountMinor', 'count_24h', 'historyCount', 'isRound'), value),
  windowPlan: fc.constantFrom('standard@1', 'wide@1'),
  hasVerdictThen: fc.boolean(),
  hasVerdictNow: fc.boolean(),
});
const versions: readonly ReplayedVersions[] = [
  { kind: 'then' },
  { kind: 'ruleset', ref: 'mine@1', digest: 'a'.repeat(64) },
];

const judged = (isVerdict: boolean, features: Features): Judgement =>
  isVerdict
    ? {
        ...{ outcome: 'cleared', score: 0, alert: false, reasons: [], ruleset: 'mine@1' },
        ...{ digest: 'b'.repeat(64), features },
      }
    : { outcome: 'duplicate', firstOffset: 1 };

test('whether features are named or left out, the same is found of them', () => {
  fc.assert(
    fc.property(drawn, ({ names, then, isSame, now: other, windowPlan, hasVerdictThen, hasVerdictNow }) => {
      const thenByName = Object.fromEntries(names.map((name, index) => [name, then[index] ?? null]));
      const features: Features = isSame ? thenByName : other;
      const nowByName =
        windowPlan === 'standard@1'
          ? Object.fromEntries(names.map((name) => [name, features[name] ?? null]))
          : features;
      const found = featuresOf(
        { featureNames: names, versions: { ruleset: 'mine@1', windowPlan: 'standard@1' } },
        (hasVerdictThen ? { features: then } : {}) as Decision,
        {
          decided: { kind: hasVerdictNow ? 'verdict' : 'duplicate', features } as Decided,
          by: { log: { versions: { windowPlan } } },
        },
      );
      for (const under of versions) {
        const [lean, full] = [0, 1].map(() => createComparison({ versions: under, filter: {} }));
        const subject = { partition: 0, offset: 0 };
        assert.deepEqual(
          lean?.add({
            subject,
            then: judged(hasVerdictThen, found.then),
            now: judged(hasVerdictNow, found.now),
          }),
          full?.add({
            subject,
            then: judged(hasVerdictThen, thenByName),
            now: judged(hasVerdictNow, nowByName),
          }),
        );
        assert.deepEqual(lean?.state(), full?.state());
      }
    }),
    { numRuns: 2_000 },
  );
});
