import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureValues, Rollout } from '@weir/contracts';
import { featureNames } from '@weir/scoring';
import { createAccountHistory, defaultWindowPlan as plan } from '@weir/windows';
import fc from 'fast-check';
import { isCanaryAccount } from './account-bits.ts';
import { createJudge } from './judge.ts';
import type { Rule, Ruleset } from './ruleset.ts';
import { someRecord as record } from './ruleset-fixture.ts';

const history = createAccountHistory(plan, [], 0);
const someAccount = fc
  .array(fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789-_'), { minLength: 21, maxLength: 21 })
  .map((digits) => `a1_${digits.join('')}A`);

const looked = ['count_1h', 'amountLogZ', 'newCounterparty', 'amountRobustZ'] as const;
const someValue = fc.option(fc.integer({ min: -2, max: 4 }), { freq: 8 });
const someFeatures: fc.Arbitrary<FeatureValues> = fc
  .tuple(someValue, someValue, someValue, someValue)
  .map((drawn) => ({
    ...Object.fromEntries(featureNames.map((name) => [name, null])),
    ...Object.fromEntries(looked.map((name, index) => [name, drawn[index] ?? null])),
  }));

const someRule = fc.record({
  feature: fc.constantFrom(...looked),
  threshold: fc.integer({ min: -1, max: 3 }),
  then: fc.constantFrom('score' as const, 'hold' as const, 'alert' as const),
  weight: fc.integer({ min: 1, max: 999 }).map((thousandths) => thousandths / 1000),
  shadow: fc.boolean(),
  operator: fc.constantFrom('>=', '<', '=='),
});
const someRuleset = (ref: string): fc.Arbitrary<Ruleset> =>
  fc
    .record({
      drawn: fc.array(someRule, { minLength: 1, maxLength: 6 }),
      holdAt: fc.constantFrom(0.3, 0.6, 0.9),
      alertAt: fc.option(fc.constantFrom(0.1, 0.5), { nil: undefined }),
      scoring: fc.constantFrom('rules' as const, 'model' as const),
    })
    .map(({ drawn, holdAt, alertAt, scoring }) => ({
      ...{ ref, holdAt, scoring, ...(alertAt === undefined ? {} : { alertAt }) },
      rules: drawn.map(({ feature, threshold, operator, then, weight, shadow }, index): Rule => ({
        ...{ id: `r${String(index)}`, title: 'Drawn', severity: 'low', weight, explanation: 'Drawn.' },
        when: `${feature} ${operator} ${String(threshold)}`,
        then: then === 'score' && scoring === 'model' ? 'hold' : then,
        ...(shadow ? { mode: 'shadow' } : {}),
      })),
    }));

type Tried = { readonly ruleset: Ruleset; readonly rollout: Rollout };
const judgeOf = (ruleset: Ruleset, candidate?: Tried) =>
  createJudge({
    ...{ ruleset, plan, candidate },
    versions: { ruleset: ruleset.ref, windowPlan: plan.ref },
  });
const ask = (judge: ReturnType<typeof judgeOf>, account: string, features: FeatureValues) =>
  judge.decide({ record, account, history, features });

const ofLive = (ruleset: Ruleset): Ruleset => ({
  ...ruleset,
  rules: ruleset.rules.map((rule) => (rule.mode === 'shadow' ? { ...rule, when: 'false' } : rule)),
});

test('shadow rules never change a verdict, and what they would have done is told where it is something else', () => {
  fc.assert(
    fc.property(someRuleset('ours@1'), someAccount, someFeatures, (ruleset, account, features) => {
      const { shadowRules, alternative, ...with_ } = ask(judgeOf(ruleset), account, features);
      const {
        shadowRules: none,
        alternative: nothing,
        ...without
      } = ask(judgeOf(ofLive(ruleset)), account, features);
      assert.deepEqual(with_, without);
      assert.deepEqual([none, nothing], [[], undefined]);
      const live = { ...ruleset, rules: ruleset.rules.map(({ mode: _mode, ...rule }) => rule) };
      const { verdict, alert } = ask(judgeOf(live), account, features);
      const said = verdict.reasons.map(({ rule }) => rule);
      const { outcome, score } = verdict;
      if (alternative === undefined) {
        assert.deepEqual(
          said,
          with_.verdict.reasons.map(({ rule }) => rule),
        );
        assert.deepEqual([outcome, alert], [with_.verdict.outcome, with_.alert]);
      } else
        assert.deepEqual(alternative, { outcome, ...(alert ? { alert: true } : {}), score, reasons: said });
      assert.ok(
        shadowRules.every((id) => ruleset.rules.some((rule) => rule.id === id && rule.mode === 'shadow')),
      );
    }),
  );
});

test('a candidate that is the ruleset in force under another name never has anything else to say', () => {
  const rollouts = fc.constantFrom<Rollout>({ stage: 'shadow' }, { stage: 'canary', percent: 50 });
  fc.assert(
    fc.property(
      someRuleset('ours@1'),
      rollouts,
      someAccount,
      someFeatures,
      (ruleset, rollout, account, features) => {
        const candidate = { ruleset: { ...ruleset, ref: 'ours@2' }, rollout };
        const found = ask(judgeOf(ruleset, candidate), account, features);
        assert.equal(found.alternative, undefined);
        const alone = ask(judgeOf(ruleset), account, features).verdict;
        assert.deepEqual({ ...found.verdict, versions: alone.versions }, alone);
      },
    ),
  );
});

test('a shadow changes nothing, and its alternative is what it would decide alone', () => {
  const both = fc.tuple(someRuleset('ours@1'), someRuleset('ours@2'), someAccount, someFeatures);
  fc.assert(
    fc.property(both, ([ruleset, tried, account, features]) => {
      const alone = ask(judgeOf(ruleset), account, features);
      const beside = ask(
        judgeOf(ruleset, { ruleset: tried, rollout: { stage: 'shadow' } }),
        account,
        features,
      );
      assert.deepEqual(beside.verdict, alone.verdict);
      assert.deepEqual(beside.evidence, alone.evidence);
      assert.deepEqual([beside.alert, beside.ruleset], [alone.alert, undefined]);
      const other = ask(judgeOf(tried), account, features).verdict;
      const { alternative } = beside;
      if (alternative !== undefined) assert.equal(alternative.outcome, other.outcome);
      else assert.equal(other.outcome, alone.verdict.outcome);
    }),
  );
});

test('a canary decides for its accounts under its own version, and for no others', () => {
  const both = fc.tuple(someRuleset('ours@1'), someRuleset('ours@2'), someAccount, someFeatures);
  fc.assert(
    fc.property(both, fc.integer({ min: 1, max: 99 }), ([ruleset, tried, account, features], percent) => {
      const found = ask(
        judgeOf(ruleset, { ruleset: tried, rollout: { stage: 'canary', percent } }),
        account,
        features,
      );
      const isCanary = isCanaryAccount(account, percent);
      assert.deepEqual(found.verdict, ask(judgeOf(isCanary ? tried : ruleset), account, features).verdict);
      assert.equal(found.verdict.versions.ruleset, isCanary ? 'ours@2' : 'ours@1');
      assert.equal(found.ruleset, isCanary ? 'ours@2' : undefined);
    }),
  );
});
