import { byName } from './by-name.ts';
import type { ComparisonState } from './comparison-state.ts';
import type { JudgedPair } from './judgement.ts';

/** What the transactions whose outcome changed come to, by currency, exactly. */
export function createAmountCounts(from: ComparisonState['amounts']) {
  const none = { transactions: 0, amountMinor: '0' };
  const counts = new Map(Object.entries(from));
  return {
    add({ currency, amountMinor }: JudgedPair['subject'], now: 'held' | 'cleared'): void {
      if (currency === undefined || amountMinor === undefined) return;
      const counted = counts.get(currency) ?? { held: none, cleared: none };
      const { transactions, amountMinor: sum } = counted[now];
      const flipped = {
        transactions: transactions + 1,
        amountMinor: String(BigInt(sum) + BigInt(amountMinor)),
      };
      counts.set(currency, { ...counted, [now]: flipped });
    },
    state: (): ComparisonState['amounts'] => Object.fromEntries([...counts].sort(byName)),
  };
}
