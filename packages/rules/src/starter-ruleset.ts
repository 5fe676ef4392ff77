import type { Rule, Ruleset } from './ruleset.ts';

/** Cash split to stay below a reporting threshold: 31 U.S.C. § 5324. */
const structuring: Rule = {
  id: 'structuring',
  title: 'Amounts just below a reporting threshold',
  severity: 'critical',
  weight: 0.7,
  when: [{ feature: 'nearThresholdCount_24h', atLeast: 3 }],
  explanation:
    'Within 24 hours {nearThresholdCount_24h} amounts, this one among them, lay just below the amount from which a report is due.',
};

/**
 * The ruleset that scores by weighted rules, for well-known typologies: logs of earlier
 * releases were opened with it. A payment
 * that breaks with the account's own past and goes to a new payee is what
 * account takeover looks like from the account; amount and known fraud
 * scenarios are what Delegated Regulation (EU) 2018/389, article 2, asks
 * monitoring to look at. A burst of payments is how stolen cards are tried out.
 * Cash split to stay below a reporting threshold is structuring (31 U.S.C.
 * § 5324). The README says on what the thresholds were chosen.
 */
export const starterRuleset: Ruleset = {
  ref: 'starter@1',
  holdAt: 0.5,
  rules: [
    {
      id: 'amount_above_usual',
      title: 'Amount above what is usual',
      severity: 'medium',
      weight: 0.3,
      when: [
        { feature: 'amountOverTypical', atLeast: 3 },
        { feature: 'amountLogZ', atLeast: 1 },
      ],
      explanation:
        'The amount is {amountOverTypical} times what this account typically moves, judged by {historyCount} transactions of the last 30 days.',
    },
    {
      id: 'amount_far_above_usual',
      title: 'Amount far above what is usual',
      severity: 'high',
      weight: 0.5,
      when: [
        { feature: 'amountOverTypical', atLeast: 3.25 },
        { feature: 'amountLogZ', atLeast: 1.25 },
      ],
      explanation:
        'The amount lies {amountLogZ} standard deviations above the average of this account, further than its own ups and downs explain.',
    },
    {
      id: 'new_counterparty_high_amount',
      title: 'High amount to or from somebody new',
      severity: 'high',
      weight: 0.4,
      when: [
        { feature: 'newCounterparty', equals: 1 },
        { feature: 'amountOverTypical', atLeast: 3 },
        { feature: 'amountLogZ', atLeast: 1 },
      ],
      explanation:
        'The other side has not occurred on this account in 30 days, and the amount is {amountOverTypical} times the typical one.',
    },
    {
      id: 'velocity_burst',
      title: 'Burst of transactions',
      severity: 'high',
      weight: 0.6,
      when: [
        { feature: 'count_1h', atLeast: 5 },
        { feature: 'velocityRatio_1h', atLeast: 3.5 },
      ],
      explanation:
        'There were {count_1h} other transactions within one hour, {velocityRatio_1h} times the pace this account is used to.',
    },
    structuring,
  ],
};

/**
 * The ruleset a fresh log is opened with: it holds by the score. What speaks against an account's own past,
 * and what was learned from outcomes, is in the score; structuring is a policy,
 * for it is against the law whether or not it turns out to be fraud.
 */
export const scoredStarterRuleset: Ruleset = {
  ref: 'starter@2',
  scoring: 'model',
  holdAt: 0.5,
  rules: [structuring],
};
