import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  evidence as evidenceContract,
  verdict as verdictContract,
  type ModelSnapshot,
} from '@weir/contracts';
import { createAccountHistory, defaultWindowPlan as plan } from '@weir/windows';
import { createJudge } from './judge.ts';
import type { Scorer } from '@weir/scoring';
import { scoredStarterRuleset, starterRuleset } from './starter-ruleset.ts';
import { someRecord as record } from './ruleset-fixture.ts';

const account = 'a1_AAAAAAAAAAAAAAAAAAAAAA';
const versions = { ruleset: 'starter@2', windowPlan: plan.ref };

const history = () => createAccountHistory(plan, [], 0);

/** Gives every transaction the same score, made of a base and one part. */
const scoring = (score: number, different: Partial<Scorer> = {}): Scorer => ({
  get withoutOutcomes() {
    return scoring(0.1);
  },
  peers: () => undefined,
  features: (features) => ({ ...features, counterpartyRisk: 0.25 }),
  score: () => score,
  explain: () => ({
    base: 0.01,
    features: [{ feature: 'amountLogZ', contribution: Math.round((score - 0.01) * 1e6) / 1e6 }],
  }),
  reasons: ({ features: [first] }) => [
    {
      rule: 'unusual_amount',
      severity: 'high',
      contribution: first?.contribution ?? 0,
      features: ['amountLogZ'],
    },
  ],
  ...different,
});
const judgeBy = (scorer: Scorer) =>
  createJudge({ ruleset: scoredStarterRuleset, plan, versions }, () => scorer);

test('a score of holdAt holds, and the evidence says what it is made of', () => {
  const { verdict, evidence, features } = judgeBy(scoring(0.5)).judge(record, account, history());
  assert.ok(verdictContract.safeParse(verdict).success);
  assert.ok(evidenceContract.safeParse(evidence).success);
  assert.deepEqual(
    [verdict.outcome, verdict.score, verdict.reasons.map(({ rule }) => rule)],
    ['held', 0.5, ['unusual_amount']],
  );
  assert.deepEqual(evidence?.contributions, {
    base: 0.01,
    features: [{ feature: 'amountLogZ', contribution: 0.49 }],
  });
  assert.equal(evidence.state, 'cold');
  assert.equal(features['counterpartyRisk'], 0.25);
});

test('a score below holdAt clears, with its score and without a word', () => {
  const { verdict, evidence } = judgeBy(scoring(0.499_999)).judge(record, account, history());
  assert.deepEqual(verdict, { outcome: 'cleared', score: 0.499_999, reasons: [], versions });
  assert.equal(evidence, undefined);
});

test('a policy holds whatever the score is, and adds nothing to it', () => {
  const near = { ...record, amountMinor: 990_000 };
  const before = history();
  for (const offset of [0, 1]) before.append({ ...near, offset, identity: `000000000000000${offset}` });
  const { verdict } = judgeBy(scoring(0.02)).judge({ ...near, offset: 2 }, account, before);
  assert.deepEqual(
    [verdict.outcome, verdict.score, verdict.reasons.map(({ rule, contribution }) => [rule, contribution])],
    [
      'held',
      0.02,
      [
        ['structuring', 0],
        ['unusual_amount', 0.01],
      ],
    ],
  );
});

for (const [what, scorer] of Object.entries({
  throws: scoring(0, {
    score: () => {
      throw new TypeError('a bug');
    },
  }),
  'answers no number': scoring(0, { score: () => NaN }),
  'answers more than 1': scoring(0, { score: () => 1.5 }),
  'adds a feature that is no number': scoring(0, { features: (features) => ({ ...features, risk: NaN }) }),
})) {
  test(`a scorer that ${what} leaves nothing cleared`, () => {
    const { verdict } = judgeBy(scorer).judge(record, account, history());
    assert.equal(verdict.outcome, 'held');
    assert.deepEqual(
      verdict.reasons.map(({ rule }) => rule),
      ['rule_failed'],
    );
  });
}

test("a team's own model can hold what the score would clear, and never the other way round", () => {
  const judge = judgeBy(scoring(0.3));
  const one = { record, account, history: history(), features: judge.features(record, account, history()) };
  const held = judge.decide({ ...one, teamScore: { role: 'max', score: 0.9 } });
  assert.deepEqual(
    [
      held.verdict.outcome,
      held.verdict.score,
      held.verdict.reasons.map(({ rule, contribution }) => [rule, contribution]),
    ],
    [
      'held',
      0.9,
      [
        ['team_model', 0.6],
        ['unusual_amount', 0.29],
      ],
    ],
  );
  assert.deepEqual(held.evidence?.contributions?.features.at(-1), {
    feature: 'teamScore',
    contribution: 0.6,
  });
  assert.equal(judge.decide({ ...one, teamScore: { role: 'max', score: 0.1 } }).verdict.score, 0.3);
});

for (const role of ['max', 'replace'] as const) {
  test(`a team's model that is asked in the role ${role} and does not answer leaves nothing cleared`, () => {
    const judge = judgeBy(scoring(0.3));
    const one = { record, account, history: history(), features: judge.features(record, account, history()) };
    const { verdict } = judge.decide({ ...one, teamScore: { role, score: 'failed' } });
    assert.deepEqual(
      [verdict.outcome, verdict.score, verdict.reasons[0]?.rule],
      ['held', 0.3, 'model_failed'],
    );
  });
}

test("a team's model may decide instead of the score, and then may clear what the score would hold", () => {
  const judge = judgeBy(scoring(0.7));
  const one = { record, account, history: history(), features: judge.features(record, account, history()) };
  const { verdict } = judge.decide({ ...one, teamScore: { role: 'replace', score: 0.1 } });
  assert.deepEqual([verdict.outcome, verdict.score], ['cleared', 0.1]);
});

test('a late transaction is held whatever its score', () => {
  const late = { ...record, observedAtSeconds: record.observedAtSeconds + 30 * 86_400 };
  const { verdict } = judgeBy(scoring(0.02)).judge(late, account, history());
  assert.deepEqual([verdict.outcome, verdict.reasons[0]?.rule], ['held', 'late']);
});

test('where the ruleset scores by its rules, a model changes nothing but the versions', () => {
  const snapshot: ModelSnapshot = {
    ref: 'learned@1',
    cutAt: '2025-06-01T00:00:00.000Z',
    delayMs: 0,
    learned: { transactions: 0, frauds: 0 },
    knowledge: null,
  };
  const by = { ruleset: 'starter@1', windowPlan: plan.ref };
  const without = createJudge({ ruleset: starterRuleset, plan, versions: by });
  const beside = createJudge({
    ruleset: starterRuleset,
    plan,
    versions: { ...by, model: 'learned@1' },
    snapshot,
  });
  const one = without.judge(record, account, history());
  const other = beside.judge(record, account, history());
  assert.deepEqual(other, {
    ...one,
    verdict: { ...one.verdict, versions: { ...one.verdict.versions, model: 'learned@1' } },
  });
});

test('a model that is in force and not at hand, or another than that, judges nothing', () => {
  const inForce = { ruleset: scoredStarterRuleset, plan, versions: { ...versions, model: 'learned@1' } };
  assert.throws(() => createJudge(inForce), RangeError);
});

test('what outcomes taught up to a cut says nothing of a transaction from before the cut', () => {
  const cutAtMs = record.eventTimeMs;
  const snapshot = (cutMs: number): ModelSnapshot => ({
    ref: 'learned@1',
    cutAt: new Date(cutMs).toISOString(),
    delayMs: 0,
    learned: { transactions: 0, frauds: 0 },
    knowledge: null,
  });
  const scoreAt = (cutMs: number) =>
    createJudge(
      {
        ...{ ruleset: scoredStarterRuleset, plan },
        versions: { ...versions, model: 'learned@1' },
        snapshot: snapshot(cutMs),
      },
      () => scoring(0.9),
    ).judge(record, account, history()).verdict.score;
  assert.deepEqual([scoreAt(cutAtMs), scoreAt(cutAtMs + 1)], [0.9, 0.1]);
});

const broken = scoring(0.1, {
  explain: () => {
    throw new Error('a bug');
  },
});

test('a candidate that can not be evaluated touches no verdict, and is told as what would hold', () => {
  const inForce = { ruleset: starterRuleset, plan, versions: { ...versions, ruleset: 'starter@1' } };
  const candidate = {
    ruleset: { ...scoredStarterRuleset, holdAt: 0.1 },
    rollout: { stage: 'shadow' as const },
  };
  const alone = createJudge(inForce).judge(record, account, history());
  const { verdict, alternative } = createJudge({ ...inForce, candidate }, () => broken).judge(
    ...([record, account, history()] as const),
  );
  assert.deepEqual(verdict, alone.verdict);
  assert.deepEqual(alternative, { outcome: 'held', score: 0, reasons: ['rule_failed'] });
});

test('what shadow rules would do touches no verdict, also where it can not be said', () => {
  const rules = scoredStarterRuleset.rules.map((rule) => ({
    ...{ ...rule, when: 'amountMinor >= 1', mode: 'shadow' as const },
  }));
  const ruleset = { ...scoredStarterRuleset, rules };
  const { verdict, alternative, shadowRules } = createJudge({ ruleset, plan, versions }, () => broken).judge(
    ...([record, account, history()] as const),
  );
  assert.deepEqual([verdict.outcome, shadowRules], ['cleared', ['structuring']]);
  assert.deepEqual(alternative, { outcome: 'held', score: 0, reasons: ['rule_failed'] });
});
