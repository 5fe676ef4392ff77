import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedReasons, differenceOf, differingFeatures } from './difference-of.ts';
import { verdictOf } from './judged.fixture.ts';
import type { Judgement } from './judgement.ts';

const then = verdictOf();
const otherText = { digest: 'cd'.repeat(32), ruleset: 'starter@3' };

test('the gravest way in which two verdicts differ is what the difference is called', () => {
  const features = { ...then.features, daily_count: 4 };
  for (const [now, kind] of [
    [verdictOf(), 'same'],
    [verdictOf({ digest: otherText.digest }), 'bytes'],
    [verdictOf({ ruleset: otherText.ruleset }), 'bytes'],
    [verdictOf({ ...otherText, features }), 'features'],
    [verdictOf({ features, score: 0.100001 }), 'score'],
    [verdictOf({ features, reasons: ['late'] }), 'score'],
    [verdictOf({ features, score: 0.2, alert: true }), 'flip'],
    [verdictOf({ features, score: 0.9, outcome: 'held' }), 'flip'],
  ] as const) {
    assert.equal(differenceOf({ then, now }, 'then'), kind);
  }
});

test('under other versions than those of then, only what they decide counts', () => {
  const now = verdictOf(otherText);
  assert.equal(differenceOf({ then, now }, 'then'), 'bytes');
  for (const versions of ['now', 'ruleset', 'file'] as const) {
    assert.equal(differenceOf({ then, now }, versions), 'same');
    assert.equal(differenceOf({ then, now: verdictOf({ ...otherText, score: 0.2 }) }, versions), 'score');
  }
});

test('a feature that only one of the two knows differs under the versions of then alone', () => {
  const { usual_hour: _, ...fewer } = then.features;
  const more = { ...then.features, night_share: 0.5 };
  assert.equal(differenceOf({ then, now: verdictOf({ features: fewer }) }, 'then'), 'features');
  assert.equal(differenceOf({ then, now: verdictOf({ features: more }) }, 'then'), 'features');
  assert.equal(differenceOf({ then, now: verdictOf({ features: fewer }) }, 'now'), 'same');
  assert.equal(differenceOf({ then, now: verdictOf({ features: more }) }, 'now'), 'same');
  assert.deepEqual(differingFeatures(then, verdictOf({ features: more }), 'then'), ['night_share']);
  const withValue = verdictOf({ features: { ...then.features, usual_hour: 0 } });
  assert.deepEqual(differingFeatures(then, withValue, 'now'), ['usual_hour']);
});

test('a verdict, a duplicate and a rejection are of different kinds, and so are two for different reasons', () => {
  const duplicate: Judgement = { outcome: 'duplicate', firstOffset: 4 };
  const rejected: Judgement = { outcome: 'rejected', code: 'field_format' };
  const judgements: Judgement[] = [
    then,
    duplicate,
    { ...duplicate, firstOffset: 5 },
    rejected,
    { ...rejected, code: 'field_missing' },
  ];
  for (const [one, before] of judgements.entries()) {
    for (const [other, now] of judgements.entries()) {
      assert.equal(differenceOf({ then: before, now }, 'then'), one === other ? 'same' : 'kind');
    }
  }
});

test('reasons are gained and lost, also with the verdict', () => {
  const before = verdictOf({ reasons: ['late', 'unusual_amount'] });
  const now = verdictOf({ reasons: ['new_payee', 'late'] });
  assert.deepEqual(changedReasons({ then: before, now }), {
    gained: ['new_payee'],
    lost: ['unusual_amount'],
  });
  assert.deepEqual(changedReasons({ then: before, now: { outcome: 'duplicate', firstOffset: 1 } }), {
    gained: [],
    lost: ['late', 'unusual_amount'],
  });
});
