import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Label } from '../read/row.ts';
import { compareScores } from './compare-scores.ts';
import type { Scored } from './read-scores.ts';

async function* scored(...lines: readonly (readonly [string, number])[]): AsyncGenerator<Scored> {
  for (const [transactionId, score] of lines) yield { transactionId, score, isHeld: score >= 0.5 };
}

async function* labelled(labels: Readonly<Record<string, Label>>) {
  for (const [transactionId, label] of Object.entries(labels)) yield { transactionId, label };
}

test('alerts won and lost are told apart, with what they were in hindsight', async () => {
  const comparison = await compareScores(
    scored(['t1', 0.1], ['t2', 0.9], ['t3', 0.6], ['t4', 0.2], ['t5', 0.2]),
    scored(['t1', 0.8], ['t2', 0.95], ['t3', 0.4], ['t4', 0.7], ['t5', 0.1]),
    labelled({ t1: 'fraud', t2: 'fraud', t3: 'genuine', t5: 'genuine' }),
  );
  assert.deepEqual(comparison.held, { a: 2, b: 3 });
  assert.deepEqual(comparison.won, { transactions: 2, fraud: 1, genuine: 0, unknown: 1 });
  assert.deepEqual(comparison.lost, { transactions: 1, fraud: 0, genuine: 1, unknown: 0 });
  assert.deepEqual(
    comparison.examples.won.map(({ transactionId, label }) => [transactionId, label]),
    [
      ['t1', 'fraud'],
      ['t4', 'unknown'],
    ],
  );
});

test('a transaction of one run alone is counted and flips nothing', async () => {
  const comparison = await compareScores(
    scored(['t1', 0.9], ['t2', 0.1]),
    scored(['t2', 0.1], ['t3', 0.9], ['t4', 0.9]),
  );
  const { transactions, onlyInA, onlyInB, won, lost } = comparison;
  assert.deepEqual({ transactions, onlyInA, onlyInB }, { transactions: 1, onlyInA: 1, onlyInB: 2 });
  assert.equal(won.transactions + lost.transactions, 0);
});
