import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Label } from '../read/row.ts';
import { createEvaluation, dayMs, type EvaluationSettings } from './evaluation.ts';
import { measure, type Metrics } from './measure.ts';

const settings: EvaluationSettings = {
  fromDay: undefined,
  toDay: undefined,
  delayMs: 7 * dayMs,
  knownAccounts: 'keep',
  k: 1,
  alertsPerDay: undefined,
  holdAt: 0.5,
};

/** A transaction of an account on a day, with its score. */
type One = readonly [day: number, account: string, score: number, label: Label];

function measured(changes: Partial<EvaluationSettings>, all: readonly One[]): Metrics {
  const own = { ...settings, ...changes };
  const evaluation = createEvaluation(own);
  for (const [day, account, score, label] of all) {
    const scores = { score, labelFree: score, rules: 0, zScore: 0, amount: 100 };
    const isHeld = score >= own.holdAt;
    evaluation.observe({ eventTimeMs: day * dayMs + 1, account, label, isHeld, scores });
  }
  evaluation.end();
  return measure(own, evaluation.state);
}

test('card precision is averaged over the days, without the accounts found on earlier ones', () => {
  const { scores } = measured({}, [
    [0, 'a', 0.9, 'fraud'],
    [0, 'b', 0.8, 'genuine'],
    // a is known from day 0 on, so b is shown: no fraud.
    [1, 'a', 0.9, 'fraud'],
    [1, 'b', 0.8, 'genuine'],
    // The highest of c's two scores counts, and any fraud among them makes it a compromised account.
    [2, 'b', 0.8, 'genuine'],
    [2, 'c', 0.1, 'fraud'],
    [2, 'c', 0.95, 'genuine'],
  ]);
  assert.equal(scores.score.cardPrecisionAtK, 2 / 3);
});

test('precision and recall at the hold threshold go by the verdicts', () => {
  const { scores, perDay } = measured({}, [
    [0, 'a', 0.9, 'fraud'],
    [0, 'b', 0.5, 'genuine'],
    [0, 'c', 0.4, 'fraud'],
    [2, 'd', 0.1, 'genuine'],
  ]);
  const counts = { alerts: 2, alertsPerDay: 1, precision: 0.5, recall: 0.5 };
  assert.deepEqual(scores.score.atHold, { threshold: 0.5, ...counts, overAll: counts });
  const none = { transactions: 0, frauds: 0, held: 0, heldFrauds: 0 };
  assert.deepEqual(perDay, [
    { day: '1970-01-01', transactions: 3, frauds: 2, held: 2, heldFrauds: 1, leftOut: none },
    { day: '1970-01-03', transactions: 1, frauds: 0, held: 0, heldFrauds: 0, leftOut: none },
  ]);
});

test('an account is dropped once a fraud of it is older than the delay, and none from before the training week', () => {
  const { range } = measured({ fromDay: 30, toDay: 32, knownAccounts: 'drop' }, [
    // Before 30 − 7 − 7: long forgotten.
    [15, 'old', 0.9, 'fraud'],
    // Within the training week: known on day 30.
    [16, 'trained', 0.9, 'fraud'],
    [22, 'last', 0.9, 'fraud'],
    // Known from day 31 on: 31 − 7 − 1.
    [23, 'next', 0.9, 'fraud'],
    [30, 'old', 0.1, 'genuine'],
    [30, 'trained', 0.1, 'genuine'],
    [30, 'last', 0.1, 'genuine'],
    [30, 'next', 0.1, 'genuine'],
    [31, 'next', 0.1, 'genuine'],
    [33, 'old', 0.1, 'genuine'],
  ]);
  assert.equal(range.droppedOfKnownAccounts, 3);
  assert.equal(range.transactions, 2);
});

test('the threshold for alerts a day is set by the days before the range alone', () => {
  const before: readonly One[] = [0.9, 0.8, 0.7, 0.6].flatMap((score, index) => [
    [28, `x${String(index)}`, score, 'genuine'] as const,
    [29, `y${String(index)}`, score - 0.05, 'genuine'] as const,
  ]);
  const { scores, alertsPerDay } = measured({ fromDay: 30, alertsPerDay: 1 }, [
    // More than a week before the range: counts nothing.
    [20, 'z', 0.99, 'genuine'],
    ...before,
    [30, 'a', 0.95, 'fraud'],
    [30, 'b', 0.85, 'fraud'],
    [30, 'c', 0.84, 'genuine'],
  ]);
  // Two days with one alert each: 0.9 and 0.85.
  const counts = { alerts: 2, alertsPerDay: 2, precision: 1, recall: 1 };
  assert.deepEqual(scores.score.atAlertsPerDay, { threshold: 0.85, ...counts, overAll: counts });
  assert.deepEqual(alertsPerDay, { wanted: 1, recallCeiling: 0.5, recallCeilingOverAll: 0.5 });
});

test('alerts a day count every account, those known as compromised too', () => {
  const { scores, alertsPerDay, range, perDay } = measured(
    { fromDay: 30, alertsPerDay: 1, knownAccounts: 'drop' },
    [
      [22, 'known', 0.9, 'fraud'],
      // The second highest of these two days sets the threshold; it is one of the account known by day 30.
      [28, 'known', 0.9, 'fraud'],
      [29, 'known', 0.8, 'fraud'],
      [29, 'x', 0.7, 'genuine'],
      [30, 'known', 0.85, 'fraud'],
      [30, 'known', 0.1, 'fraud'],
      [30, 'a', 0.95, 'fraud'],
      [30, 'b', 0.75, 'genuine'],
    ],
  );
  assert.deepEqual(scores.score.atAlertsPerDay, {
    threshold: 0.8,
    alerts: 1,
    alertsPerDay: 1,
    precision: 1,
    recall: 1,
    overAll: { alerts: 2, alertsPerDay: 2, precision: 1, recall: 2 / 3 },
  });
  assert.deepEqual(alertsPerDay, { wanted: 1, recallCeiling: 1, recallCeilingOverAll: 1 / 3 });
  assert.deepEqual(scores.score.atHold?.overAll, {
    alerts: 3,
    alertsPerDay: 3,
    precision: 2 / 3,
    recall: 2 / 3,
  });
  assert.equal(range.droppedOfKnownAccounts, 2);
  assert.deepEqual(perDay[0]?.leftOut, { transactions: 2, frauds: 2, held: 1, heldFrauds: 1 });
});

test('without labels what needs them is null, and a note says so', () => {
  const { scores, notes } = measured({}, [[0, 'a', 0.9, 'unknown']]);
  assert.equal(scores.score.rocAuc, null);
  assert.equal(scores.score.averagePrecision, null);
  assert.equal(scores.score.cardPrecisionAtK, null);
  const counts = { alerts: 1, alertsPerDay: 1, precision: null, recall: null };
  assert.deepEqual(scores.score.atHold, { threshold: 0.5, ...counts, overAll: counts });
  assert.ok(notes.some((note) => note.includes('no labels')));
});

test('an empty range is measured without a NaN', () => {
  const metrics = measured({ fromDay: 10, alertsPerDay: 5, knownAccounts: 'drop' }, [[0, 'a', 0.9, 'fraud']]);
  assert.equal(metrics.range.transactions, 0);
  assert.ok(!JSON.stringify(metrics).includes('NaN'));
  assert.ok(metrics.notes.some((note) => note.startsWith('No transaction lies')));
});
