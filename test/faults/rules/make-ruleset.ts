import type { SeededRandom } from '../plan/seeded-random.ts';

/** The list that rulesets of the harness look at. */
export const watchList = 'faults-watch';

/**
 * A ruleset that decides unlike others: from which amount on it holds, what it does about a listed
 * counterparty and where its score comes from are drawn. Each holds the load's unusual amounts, and each has a
 * rule in the shadow. As JSON, with a test inside.
 */
export function makeRuleset(random: SeededRandom, ref: string): string {
  const leastMinor = random.between(20_000, 60_000);
  const scoring = random.pick(['model', 'rules'] as const);
  const rule = { severity: 'medium', explanation: 'It moves {amountMinor} minor units.' } as const;
  const scores = scoring === 'rules' ? { weight: 0.6 } : { then: 'hold' };
  return JSON.stringify({
    ref,
    title: 'Made by the fault harness',
    scoring,
    holdAt: random.pick([0.5, 0.6]),
    constants: { leastMinor },
    definitions: { large: 'amountMinor >= leastMinor' },
    lists: [
      {
        ...{ id: 'watched', list: watchList, of: 'counterparty', title: 'Watched', severity: 'high' },
        then: random.pick(['hold', 'clear', 'alert', 'nothing']),
        explanation: 'The counterparty is watched.',
      },
    ],
    rules: [
      { ...rule, ...scores, id: 'large_amount', title: 'Large amount', when: 'large' },
      {
        ...{ ...rule, id: 'sizeable_amount', title: 'Sizeable amount', then: 'alert' },
        when: `amountMinor >= ${random.between(17_500, 19_500)} && known(amountOverTypical)`,
      },
      {
        ...{ ...rule, ...scores, id: 'somebody_new', title: 'Somebody new', mode: 'shadow' },
        when: 'newCounterparty == 1 || watched',
      },
    ],
    tests: [
      {
        name: 'a large amount is held',
        given: [{ amount: String(leastMinor / 100) }],
        expect: { outcome: 'held', reasons: ['large_amount'] },
      },
    ],
  });
}
