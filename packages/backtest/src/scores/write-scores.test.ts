import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import type { Verdict } from '@weir/contracts';
import { scoresLine } from './write-scores.ts';

const verdict: Verdict = {
  outcome: 'held',
  score: 0.123456,
  reasons: ['late', 'structuring'].map((rule) => ({ rule, severity: 'high', contribution: 0, features: [] })),
  versions: { ruleset: 'starter@1', windowPlan: 'standard@1' },
};

test('a line holds id, score, verdict and the reasons', () => {
  assert.equal(scoresLine('t1', verdict), 't1,0.123456,held,late|structuring');
});

test('an id with separators, quotes or line breaks is read back as it was', () => {
  for (const id of ['a,b', 'a"b', 'a\nb', '"', 'a\r\nb"",']) {
    const rows: string[][] = parse(scoresLine(id, verdict));
    assert.deepEqual(rows, [[id, '0.123456', 'held', 'late|structuring']]);
  }
});
