/** What accounts do in one currency and direction, learned from all of them: what a short history leans on. */
export type PeerGroup = {
  /** Mean and spread of log amounts, in thousandths of the natural logarithm. */
  readonly meanMilli: number;
  readonly spreadMilli: number;
  /** Transactions of an account on a day, in the mean. */
  readonly perDay: number;
};

/** From so many transactions on an account is compared with itself alone. */
export const settledHistory = 20;

/** As so many transactions of its own the peers count where an account has none. */
const peerWeight = 5;

/**
 * As how many transactions of the account the peers count beside `count` of its own: the weight of
 * an empirical Bayes estimate (Efron and Morris 1975), made to fade, so that a settled account is
 * judged by nothing but what it did itself, and no transaction makes a step in between.
 */
export const weightOfPeers = (count: number): number => peerWeight * Math.max(0, 1 - count / settledHistory);

/** How often an account is taken to move money that has yet to show it, on a day. */
const perDayOtherwise = 1;

export const perDayOf = (peers: PeerGroup | undefined): number => peers?.perDay ?? perDayOtherwise;
