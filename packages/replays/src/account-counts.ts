import { mostAccounts } from './comparison-state.ts';
import type { ComparisonState } from './comparison-state.ts';

type Counted = ComparisonState['accounts'][number];

/** The most differences first; the pseudonym decides between equals, so that the order they came in doesn't. */
const byDifferences = (one: Counted, other: Counted): number =>
  other.differences - one.differences || (one.account < other.account ? -1 : 1);

/**
 * Counts differences by account in bounded memory: where there are twice as many accounts as are told of, those with
 * fewer make room. A range is read partition after partition, and an account is in one, so few that had to go come
 * again.
 */
export function createAccountCounts(from: Pick<ComparisonState, 'accounts' | 'furtherAccounts'>) {
  let counts = new Map(from.accounts.map((counted) => [counted.account, { ...counted }]));
  const further = { ...from.furtherAccounts };

  const makeRoom = (): void => {
    const sorted = [...counts.values()].sort(byDifferences);
    for (const { differences } of sorted.splice(mostAccounts)) {
      further.accounts += 1;
      further.differences += differences;
    }
    counts = new Map(sorted.map((counted) => [counted.account, counted]));
  };

  return {
    add(account: string, isFlip: boolean): void {
      let counted = counts.get(account);
      if (counted === undefined) {
        if (counts.size >= 2 * mostAccounts) makeRoom();
        counted = { account, differences: 0, flips: 0 };
        counts.set(account, counted);
      }
      counted.differences += 1;
      if (isFlip) counted.flips += 1;
    },
    state: (): Pick<ComparisonState, 'accounts' | 'furtherAccounts'> => ({
      accounts: [...counts.values()].sort(byDifferences).map((counted) => ({ ...counted })),
      furtherAccounts: { ...further },
    }),
  };
}
