import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './rules.ts';

test('the cost of a rule is measured at each number of rules, in sizes that only prove that it runs', async () => {
  const figures = await run(() => undefined, { accounts: 4, asks: 2, turns: 1 });
  for (const count of [10, 50, 200])
    for (const way of ['expressions', 'conditions']) assert.ok(`${way}${count}PerRuleNs` in figures);
  assert.ok((figures['verdictOfOneRuleNs'] ?? 0) > 0);
});
