import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams } from '@weir/contracts';
import { featureNames } from '@weir/scoring';
import { createAccountHistory, defaultWindowPlan as plan, type WindowRecord } from '@weir/windows';
import { createJudge, type Judgement } from './judge.ts';
import { readRuleset } from './read-ruleset.ts';
import type { Rule, Ruleset } from './ruleset.ts';

const nowMs = Date.UTC(2025, 5, 15, 12);
const record: WindowRecord = {
  ...{ offset: 7, eventTimeMs: nowMs, observedAtSeconds: nowMs / 1000, amountMinor: 2_500, currency: 978 },
  ...{ creditDebitIndicator: 'DBIT', identity: '0000000000000007', digest: '00000000' },
  ...{ counterparty: '', channel: 0, country: '' },
};

/** As many rules as a ruleset may have, all of which fire, each looking at as many features as there is room for. */
function allFiring(ref: string, different: (index: number) => Partial<Rule> = () => ({})): Ruleset {
  const [first, second] = [featureNames.slice(0, 40), featureNames.slice(40)].map((names) =>
    names.join(' + '),
  );
  const body = {
    ...{ ref, holdAt: 0.5, definitions: { first, second } },
    rules: Array.from({ length: 500 }, (_, index) => ({
      id: `r${String(index)}_`.padEnd(63, 'x'),
      ...{ title: 'x'.repeat(80), severity: 'low', weight: 0.001, when: 'first + second != 1' },
      ...{ explanation: 'x'.repeat(500), ...different(index) },
    })),
  };
  const read = readRuleset(body, featureNames);
  assert.ok(read.ok, JSON.stringify(read));
  return read.ruleset;
}

function judged(ruleset: Ruleset, candidate?: Ruleset): Judgement {
  const { judge } = createJudge({
    ...{ ruleset, plan, versions: { ruleset: ruleset.ref, windowPlan: plan.ref } },
    ...(candidate === undefined ? {} : { candidate: { ruleset: candidate, rollout: { stage: 'shadow' } } }),
  });
  return judge(record, 'a1_AAAAAAAAAAAAAAAAAAAAAA', createAccountHistory(plan, [], 0));
}

const reasonsOf = ({ verdict }: Judgement): readonly string[] => verdict.reasons.map(({ rule }) => rule);
const numbers = (ids: readonly string[]): readonly number[] =>
  ids.map((id) => Number(id.slice(1).split('_')[0]));

test('of hundreds of rules that fire a verdict tells fifty: what holds, then what weighs most', () => {
  const judgement = judged(
    allFiring('many@1', (index) =>
      index === 499 ? { then: 'hold' } : { weight: index >= 300 ? 0.01 : 0.001 },
    ),
  );
  assert.equal(judgement.verdict.outcome, 'held');
  // 300 times 0.001 and 199 times 0.01: all that fired counts, told or not.
  assert.equal(judgement.verdict.score, Math.round((1 - 0.999 ** 300 * 0.99 ** 199) * 1e6) / 1e6);
  const told = numbers(reasonsOf(judgement));
  assert.deepEqual(told, [...Array.from({ length: 49 }, (_, index) => 300 + index), 499]);
  assert.equal(judgement.evidence?.rules?.length, 50);
});

test('however many rules fire, an alert fits its topic', () => {
  const { verdict } = judged(allFiring('many@1', () => ({ then: 'hold' })));
  const bytes = Buffer.byteLength(JSON.stringify(verdict.reasons));
  assert.ok(bytes < streams.alerts.maxMessageBytes / 4, String(bytes));
});

test('however many rules look on, the journal tells a hundred of them, and fifty of what they would do', () => {
  const shadows = judged(allFiring('many@1', () => ({ then: 'hold', mode: 'shadow' })));
  assert.deepEqual([shadows.verdict.outcome, shadows.shadowRules.length], ['cleared', 100]);
  assert.deepEqual([shadows.alternative?.outcome, shadows.alternative?.reasons.length], ['held', 50]);
  const candidate = judged(
    allFiring('few@1', () => ({ when: 'false' })),
    allFiring('many@2'),
  );
  assert.equal(candidate.alternative?.reasons.length, 50);
});
