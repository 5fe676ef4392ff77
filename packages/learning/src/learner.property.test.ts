import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelSnapshot, type ModelSnapshot } from '@weir/contracts';
import { readKnowledge } from '@weir/scoring';
import fc from 'fast-check';
import { createLearner, type Observation } from './learner.ts';
import { dayMs, observationOf, startMs } from './observation.fixture.ts';

const settings = { delayMs: 7 * dayMs, cadenceMs: dayMs };

type Step =
  | { readonly kind: 'learn'; readonly observation: Observation; readonly isFraud: boolean }
  | { readonly kind: 'correct'; readonly observation: Observation }
  | { readonly kind: 'snapshot'; readonly cutAtMs: number };

const someFeatures = fc.record({
  amountMinor: fc.integer({ min: 1, max: 500_000 }),
  historyCount: fc.integer({ min: 0, max: 40 }),
  amountRobustZ: fc.double({ min: -3, max: 9, noNaN: true }),
  amountPeerZ: fc.option(fc.double({ min: -3, max: 6, noNaN: true })),
  peakOverTypical_7d: fc.double({ min: -1, max: 4, noNaN: true }),
  counterpartyFraudDays: fc.option(fc.double({ min: 0, max: 80, noNaN: true })),
  counterpartyUnexplainedFrauds: fc.option(fc.integer({ min: 0, max: 12 })),
});

/** Times go back and forth by months, so that episodes end, are forgotten and are told of late. */
const someObservation: fc.Arbitrary<Observation> = fc
  .record({
    eventTimeMs: fc.integer({ min: 0, max: 200 }).map((days) => startMs + days * dayMs),
    account: fc.constantFrom('a1_one', 'a1_two', 'a1_three'),
    counterparty: fc.constantFrom('', 'aaaaaaaaaaaa', 'bbbbbbbbbbbb'),
    currency: fc.constantFrom('EUR', 'CHF'),
    creditDebitIndicator: fc.constantFrom('DBIT', 'CRDT'),
    features: someFeatures,
  })
  .map(observationOf);

const someStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('learn' as const),
      observation: someObservation,
      isFraud: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('correct' as const), observation: someObservation }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('snapshot' as const),
      cutAtMs: fc.integer({ min: 0, max: 300 }).map((days) => startMs + days * dayMs),
    }),
  },
);

/** The text of every snapshot on the way; where `isStopped` says so, a new learner goes on from what was written. */
function snapshotsOf(steps: readonly Step[], isStopped: (version: number) => boolean): readonly string[] {
  let learner = createLearner(settings);
  const texts: string[] = [];
  for (const step of steps) {
    if (step.kind === 'learn') learner.learn(step.observation, step.isFraud);
    else if (step.kind === 'correct') learner.correct(step.observation);
    else {
      const text = JSON.stringify(learner.snapshot(step.cutAtMs, texts.length + 1));
      if (isStopped(texts.length)) learner = createLearner(settings, JSON.parse(text) as ModelSnapshot);
      texts.push(text);
    }
  }
  return texts;
}

const someSteps = fc
  .array(someStep, { minLength: 3, maxLength: 40 })
  .map((steps): Step[] => [...steps, { kind: 'snapshot', cutAtMs: startMs + 201 * dayMs }]);

test('a learner that goes on from its own snapshot comes to the same bytes as one that never stopped', () => {
  fc.assert(
    fc.property(someSteps, fc.integer({ min: 1, max: 4 }), (steps, every) => {
      const undisturbed = snapshotsOf(steps, () => false);
      assert.deepEqual(
        snapshotsOf(steps, (version) => version % every === 0),
        undisturbed,
      );
    }),
    { numRuns: 30 },
  );
});

test('whatever was learned, in whatever order, is a snapshot that is read', () => {
  fc.assert(
    fc.property(someSteps, (steps) => {
      for (const text of snapshotsOf(steps, () => false)) {
        const snapshot = modelSnapshot.parse(JSON.parse(text));
        const known = readKnowledge(snapshot);
        assert.ok(known !== undefined);
        for (const [, firstMs, lastMs, , frauds, unexplained, transactions] of [
          ...known.counterparties,
          ...known.accounts,
        ])
          assert.ok(firstMs <= lastMs && frauds <= transactions && unexplained >= 0);
      }
    }),
    { numRuns: 20 },
  );
});
