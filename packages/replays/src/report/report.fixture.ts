import { createComparison } from '../comparison.ts';
import { accountOf, pairOf, verdictOf } from '../judged.fixture.ts';
import type { JudgedPair } from '../judgement.ts';
import { samplePlan } from '../plan.fixture.ts';
import type { ReplayPlan } from '../plan.ts';
import { createReplayReport } from './replay-report.ts';
import type { ReplayReport } from './replay-report.ts';
import { createShownDifferences } from './shown-differences.ts';

/** The report of a plan whose records came to these pairs. */
export function reportOf(
  pairs: Iterable<JudgedPair>,
  {
    plan = samplePlan,
    counts = {},
    ...other
  }: {
    plan?: ReplayPlan;
    notes?: string[];
    approvedBy?: string;
    counts?: Partial<ReplayReport['counts']>;
    root?: string;
  } = {},
): ReplayReport {
  const comparison = createComparison(plan);
  const differences = createShownDifferences();
  for (const pair of pairs) {
    const difference = comparison.add(pair);
    if (difference !== undefined) differences.add(difference);
  }
  const { records } = comparison.state();
  return createReplayReport({
    plan,
    approvedBy: null,
    startedAt: '2026-03-03T09:31:00.000Z',
    endedAt: '2026-03-03T09:32:00.000Z',
    records,
    root: 'ab'.repeat(32),
    versions: [{ versions: { ruleset: 'starter@2', windowPlan: 'starter-windows@1' }, records }],
    notes: [],
    counts: { controls: 0, unproven: 0, unprovenDifferences: 0, unaccounted: 0, unreadable: {}, ...counts },
    comparison: comparison.state(),
    differences: differences.shown(),
    ...other,
  });
}

/** So many days of four accounts under another ruleset: some are held now, some no more, most scores move a little. */
export function* samplePairs(transactions = 400): Generator<JudgedPair> {
  let drawn = 7;
  const draw = (below: number): number => {
    drawn = (drawn * 48_271) % 2_147_483_647;
    return drawn % below;
  };
  for (let at = 0; at < transactions; at += 1) {
    const score = draw(600_000) / 1e6;
    const isOdd = draw(25) === 0;
    const [before, after] = [
      isOdd ? 0.4 + score / 2 : score,
      isOdd ? 0.95 - score / 2 : score + draw(3) * 0.05,
    ];
    const judged = (of: number, ratio: number) =>
      verdictOf({
        outcome: of >= 0.65 ? 'held' : 'cleared',
        score: Math.round(of * 1e6) / 1e6,
        reasons: of >= 0.65 ? ['unusual_amount', 'new_payee'] : of > 0.5 ? ['late'] : [],
        features: { amount_ratio: ratio, daily_count: draw(9), usual_hour: null },
      });
    yield pairOf(judged(before, 1.5), judged(after, isOdd ? 9.25 : 1.5), {
      account: accountOf(1 + draw(4)),
      offset: 10 + at,
      eventTimeMs: Date.UTC(2026, 2, 1) + at * 1_800_000,
      amountMinor: 500 + draw(9_000) * (isOdd ? 90 : 1),
      currency: at % 50 === 0 ? 'USD' : 'EUR',
    });
  }
  yield pairOf({ outcome: 'duplicate', firstOffset: 14 }, verdictOf(), {
    offset: 10 + transactions,
    account: accountOf(2),
  });
}
