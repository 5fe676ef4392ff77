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

test('every feature and span that a ruleset lacks is named, with what to do', () => {
  const [rule] = starterRuleset.rules;
  assert.ok(rule);
  const wide = {
    ...starterRuleset,
    definitions: { busy: 'count_2h > 3' },
    rules: [
      { ...rule, when: 'busy && sumMinor_90d > 100000' },
      { ...rule, id: 'other', when: [{ feature: 'velocityRatio_2h', atLeast: 3 }] },
    ],
  };
  const misfit = misfitOf(wide, defaultWindowPlan) ?? '';
  for (const name of ['count_2h', 'sumMinor_90d', 'velocityRatio_2h', 'over 2h, 90d|over 90d, 2h'])
    assert.match(misfit, new RegExp(name));
  assert.match(misfit, /weir windows rebuild --plan/);
});

test('a name that no plan could have is refused as what it is', () => {
  const rules = starterRuleset.rules.map((rule) => ({ ...rule, when: 'amuontLogZ > 1' }));
  assert.match(misfitOf({ ...starterRuleset, rules }, defaultWindowPlan) ?? '', /did you mean "amountLogZ"/);
});
