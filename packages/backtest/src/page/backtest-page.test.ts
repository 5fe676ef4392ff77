import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEvaluation, dayMs } from '../metrics/evaluation.ts';
import { measure } from '../metrics/measure.ts';
import type { Label } from '../read/row.ts';
import { backtestPage } from './backtest-page.ts';
import { distributionOf } from './charts.ts';
import { createCountedScores, scoreScale } from '../metrics/counted-scores.ts';

const settings = {
  fromDay: undefined,
  toDay: undefined,
  delayMs: dayMs,
  knownAccounts: 'keep',
  k: 10,
  alertsPerDay: undefined,
  holdAt: 0.5,
} as const;

function pageOf(rows: readonly (readonly [number, Label])[], ruleset = 'starter@2'): string {
  const evaluation = createEvaluation(settings);
  for (const [index, [score, label]] of rows.entries()) {
    const scores = { score, labelFree: score, rules: 0, zScore: 0, amount: 1 };
    const eventTimeMs = 18_000 * dayMs + index * dayMs;
    evaluation.observe({ eventTimeMs, account: `a${String(index)}`, label, isHeld: score >= 0.5, scores });
  }
  evaluation.end();
  return backtestPage({ ruleset, holdAt: 0.5 }, measure(settings, evaluation.state), evaluation.state);
}

test('the page needs nothing from elsewhere, and says in words what each picture shows', () => {
  const page = pageOf([
    [0.9, 'fraud'],
    [0.1, 'genuine'],
  ]);
  assert.doesNotMatch(page, /<script|https?:|src=|url\(/);
  assert.equal(page.match(/<svg [^>]*role="img" aria-labelledby=/g)?.length, 3);
  assert.match(
    page,
    /<desc [^>]*>Of the transactions scored about 0\.5 or higher 1 are frauds and 0 genuine\.<\/desc>/,
  );
  assert.match(page, /prefers-color-scheme: dark/);
});

test('nothing that is drawn is no number, also where there is nothing to draw', () => {
  for (const page of [
    pageOf([]),
    pageOf([[0.2, 'unknown']]),
    pageOf([
      [1, 'fraud'],
      [0, 'genuine'],
    ]),
  ]) {
    assert.doesNotMatch(page, /NaN|Infinity|undefined/);
  }
});

test('text of others is no markup', () => {
  assert.doesNotMatch(pageOf([], '<b>@1'), /<b>@1/);
});

test('every score falls into a bar, the highest one too', () => {
  const counted = createCountedScores(scoreScale.bins);
  for (const score of [0, 0.024999, 0.025, 1]) counted.genuine[scoreScale.binOf(score)] = 1;
  const bars = distributionOf(counted);
  assert.deepEqual([bars[0]?.genuine, bars[1]?.genuine, bars.at(-1)?.genuine], [2, 1, 1]);
});
