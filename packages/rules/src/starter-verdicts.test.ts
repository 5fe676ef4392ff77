import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createAccountHistory, defaultWindowPlan as plan } from '@weir/windows';
import { drawnRecords } from '../../scoring/src/drawn-account.fixture.ts';
import { resolveRuleset } from './artefact-bodies.ts';
import { createJudge } from './judge.ts';

const accounts = 12;

/** The SHA-256 of everything that is decided of the stream. */
function digestUnder(ref: string): { readonly digest: string; readonly held: number } {
  const ruleset = resolveRuleset(ref);
  assert.ok(ruleset);
  const { judge } = createJudge({ ruleset, plan, versions: { ruleset: ref, windowPlan: plan.ref } });
  const hash = createHash('sha256');
  let held = 0;
  for (let account = 0; account < accounts; account += 1) {
    const history = createAccountHistory(plan, [], 0);
    for (const record of drawnRecords(account)) {
      const { verdict, evidence } = judge(record, `a1_${String(account).padStart(22, 'A')}`, history);
      hash.update(JSON.stringify([verdict, evidence]));
      if (verdict.outcome === 'held') held += 1;
      history.append(record);
    }
  }
  return { digest: hash.digest('hex'), held };
}

/** What the release before rulesets could be published decided: logs of that time are recomputed to the same bits. */
const decidedBefore = {
  'starter@1': {
    held: 89,
    digest: '33c5e12108a81a02d1e9eaa8130fbf01a86c2e8d39d8320a0560489e25bad6a4',
  },
  'starter@2': {
    held: 143,
    digest: 'b3aa78b860160c22043516e89383d5a230c609fa136cb406d9f42205331e1101',
  },
};

for (const [ref, expected] of Object.entries(decidedBefore))
  test(`${ref} decides to the bit what it always has`, () => {
    assert.deepEqual(digestUnder(ref), expected);
  });
