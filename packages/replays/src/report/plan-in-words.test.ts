import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samplePlan } from '../plan.fixture.ts';
import { planInWords } from './plan-in-words.ts';

const wordsOf = (sealedTo: string | null): string =>
  planInWords({ ...samplePlan, target: { kind: 'case', sealedTo } }).join('\n');

test('who approves a case reads the whole key that it is sealed to, or that it is opened', () => {
  const key = `age1${'q'.repeat(50)}xyz12345`;
  assert.ok(wordsOf(key).includes(key));
  assert.match(wordsOf(null), /handed over opened/);
});
