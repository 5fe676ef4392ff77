import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWindowPlan } from '@weir/windows';
import { misfitOf } from './misfit-of.ts';
import { starterRuleset } from './starter-ruleset.ts';

const [minute, hour] = defaultWindowPlan.spans;

test('the starter ruleset fits the plan it is opened with', () => {
  assert.equal(misfitOf(starterRuleset, defaultWindowPlan), undefined);
});

test('a plan that lacks a span a rule looks at is a misfit, and the rule is named', () => {
  const without = { ...defaultWindowPlan, spans: [minute] as const };
  assert.match(misfitOf(starterRuleset, without) ?? '', /^rules\.\d+\./);
});

test('a plan that looks back less than a day is a misfit, whatever the rules look at', () => {
  assert.ok(hour !== undefined);
  const short = { ...defaultWindowPlan, spans: [minute, hour] as const };
  const rules = starterRuleset.rules.slice(0, 1).map((rule) => ({
    ...{ ...rule, explanation: 'Unusual.' },
    when: [{ feature: 'amountOverTypical', atLeast: 3 }],
  }));
  const plain = { ...starterRuleset, rules };
  assert.match(misfitOf(plain, short) ?? '', /24 hours/);
});
