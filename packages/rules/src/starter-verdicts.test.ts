import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createAccountHistory, defaultWindowPlan as plan, type WindowRecord } from '@weir/windows';
import { resolveRuleset } from './artefact-bodies.ts';
import { createJudge } from './judge.ts';

const startMs = Date.UTC(2025, 0, 6);
const accounts = 12;
const transactionsEach = 150;

/** Numbers from 0 to below 1, the same on every run (Park and Miller 1988). */
function drawFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** An irregular account: quiet weeks, bursts, leaps in its amounts, amounts just below a threshold, some that come late. */
function recordsOf(account: number): readonly WindowRecord[] {
  const draw = drawFrom(account + 1);
  let atMs = startMs;
  return Array.from({ length: transactionsEach }, (_, offset): WindowRecord => {
    atMs += Math.round(draw() < 0.15 ? draw() * 120_000 : draw() * 40 * 3_600_000);
    const late = draw() < 0.01 ? 20 * 86_400 : 0;
    const leap = draw() < 0.04 ? 30 : 1;
    const near = draw() < 0.03;
    return {
      offset,
      eventTimeMs: atMs,
      observedAtSeconds: Math.floor(atMs / 1_000) + late,
      amountMinor: near ? 950_000 + offset : Math.round((500 + draw() * 4_500) * leap),
      currency: draw() < 0.9 ? 978 : 840,
      creditDebitIndicator: draw() < 0.8 ? 'DBIT' : 'CRDT',
      identity: offset.toString(16).padStart(16, '0'),
      digest: '00000000',
      counterparty: Math.floor(draw() * 9)
        .toString(16)
        .padStart(12, 'a'),
      channel: Math.floor(draw() * 4),
      country: draw() < 0.5 ? '' : draw() < 0.95 ? 'DE' : 'PT',
    };
  });
}

/** The SHA-256 of everything that is decided of the stream. */
function digestUnder(ref: string): { readonly digest: string; readonly held: number } {
  const ruleset = resolveRuleset(ref);
  assert.ok(ruleset);
  const { judge } = createJudge({ ruleset, plan, versions: { ruleset: ref, windowPlan: plan.ref } });
  const hash = createHash('sha256');
  let held = 0;
  for (let account = 0; account < accounts; account += 1) {
    const history = createAccountHistory(plan, [], 0);
    for (const record of recordsOf(account)) {
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
