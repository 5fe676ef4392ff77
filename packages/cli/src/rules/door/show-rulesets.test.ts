import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveRuleset } from '@weir/rules';
import type { RulesetStanding } from './read-rulesets.ts';
import { headingOf, rulesetAsJson, showRulesets } from './show-rulesets.ts';

const starter: RulesetStanding = {
  ruleset: 'starter@2',
  digest: 'a'.repeat(64),
  publishedBy: null,
  approvedBy: null,
  state: 'in force',
  percent: null,
  sequence: null,
  document: resolveRuleset('starter@2'),
};
const payments: RulesetStanding = {
  ...starter,
  ...{ ruleset: 'payments@4', publishedBy: 'ana', approvedBy: 'ben' },
  ...{ state: 'canary', percent: 5, sequence: 7 },
};

test('a list says who published and approved, what decides, and since which activation', () => {
  const next: RulesetStanding = {
    ...payments,
    ...{ ruleset: 'payments@5', approvedBy: null, state: 'published', percent: null, sequence: null },
  };
  assert.deepEqual(showRulesets([starter, payments, next]), [
    'ruleset     published by  approved by',
    'starter@2   Weir          needs none   in force since the log was opened',
    'payments@4  ana           ben          canary, 5 % of accounts, since activation 7',
    'payments@5  ana           nobody       published',
  ]);
});

test('what stands above a document that is shown is a comment of it, and scripts get it without the document', () => {
  for (const line of headingOf(payments)) assert.match(line, /^# /);
  assert.equal('document' in rulesetAsJson(payments), false);
  assert.equal(rulesetAsJson(payments).state, 'canary');
});
