/** What a day showed of one account: its highest score, and whether any of its transactions was a fraud. */
export type AccountDay = { readonly account: string; readonly score: number; readonly isFraud: boolean };

/**
 * The k accounts with the highest score of a day, those found before left out:
 * the share of k that is compromised (which falls short of what was shown where
 * there are fewer than k accounts), and which those are.
 *
 * Card precision top-k of the Fraud Detection Handbook (Le Borgne et al.),
 * chapter 4. Of equal scores those whose account sorts first are taken; accounts
 * are named by hashes, so that this is as good as by chance.
 */
export function cardPrecisionOfDay(
  accounts: readonly AccountDay[],
  k: number,
  found: ReadonlySet<string>,
): { readonly precision: number; readonly compromised: readonly string[] } {
  const shown = accounts
    .filter(({ account }) => !found.has(account))
    .sort((one, other) => other.score - one.score || (one.account < other.account ? -1 : 1))
    .slice(0, k);
  const compromised = shown.filter(({ isFraud }) => isFraud).map(({ account }) => account);
  return { precision: compromised.length / k, compromised };
}
