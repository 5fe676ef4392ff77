import type { JudgedPair, JudgedSubject, JudgedVerdict } from './judgement.ts';

/** A verdict that clears, but for what is said otherwise. */
export const verdictOf = (other: Partial<JudgedVerdict> = {}): JudgedVerdict => ({
  outcome: 'cleared',
  score: 0.1,
  alert: false,
  reasons: [],
  ruleset: 'starter@2',
  digest: 'ab'.repeat(32),
  features: { amount_ratio: 1.5, daily_count: 3, usual_hour: null },
  ...other,
});

/** The pseudonym of the account with that number. */
export const accountOf = (number: number): string => `a1_${String(number).padStart(22, '0')}`;

const subjectOf = (other: Partial<JudgedSubject> = {}): JudgedSubject => ({
  partition: 0,
  offset: 10,
  account: accountOf(1),
  transaction: `t1_${'0'.repeat(22)}`,
  eventTimeMs: Date.UTC(2026, 2, 1, 12),
  amountMinor: 12_345,
  currency: 'EUR',
  creditDebitIndicator: 'DBIT',
  ...other,
});

export const pairOf = (
  then: JudgedPair['then'],
  now: JudgedPair['now'],
  subject: Partial<JudgedSubject> = {},
): JudgedPair => ({ subject: subjectOf(subject), then, now });
