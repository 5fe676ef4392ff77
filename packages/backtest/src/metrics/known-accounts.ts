/** Days of frauds that are known when the first evaluated day begins: the handbook's training week. */
const knownBeforeDays = 7;

/** The accounts that were compromised, by the day of the fraud. Plain values, so that a checkpoint can hold them. */
export type KnownAccounts = {
  readonly byDay: Map<number, Set<string>>;
  readonly known: Set<string>;
};

export const createKnownAccounts = (): KnownAccounts => ({
  byDay: new Map(),
  known: new Set(),
});

export type KnownRule = {
  /** The first evaluated day; undefined where accounts are never dropped. */
  readonly firstDay: number | undefined;
  /** Whole days until a fraud is known. */
  readonly delayDays: number;
};

/**
 * Moves on to a day: an account is known from then on where it had a fraud on a
 * day up to that day − delay − 1, and not before the week in front of the first
 * evaluated day's delay. This is how the Fraud Detection Handbook takes known
 * cards out of its test set (get_train_test_set, chapter 3): a training week, a
 * week of delay, and each day of the test one more day that has become known.
 */
export function moveKnownTo(accounts: KnownAccounts, day: number, { firstDay, delayDays }: KnownRule): void {
  if (firstDay === undefined) return;
  const from = firstDay - delayDays - knownBeforeDays;
  for (const fraudDay of [...accounts.byDay.keys()].sort((one, other) => one - other)) {
    if (fraudDay > day - delayDays - 1) break;
    if (fraudDay >= from)
      for (const account of accounts.byDay.get(fraudDay) ?? []) accounts.known.add(account);
    accounts.byDay.delete(fraudDay);
  }
}

/** Takes in a fraud; nobody knows of it before its delay is over. */
export function noteFraud(accounts: KnownAccounts, day: number, account: string, rule: KnownRule): void {
  if (rule.firstDay === undefined) return;
  const ofDay = accounts.byDay.get(day);
  if (ofDay === undefined) accounts.byDay.set(day, new Set([account]));
  else ofDay.add(account);
}
