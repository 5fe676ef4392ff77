import type { Decision, JournalRecord } from '@weir/contracts';

const logId = '00000000-0000-4000-8000-000000000001';
const digest = 'ab'.repeat(32);

/** The pseudonym of the n-th transaction. */
export const transactionNamed = (n: number): string => `t1_${String(n).padStart(22, 'A')}`;

type VerdictDecision = Extract<Decision, { outcome: 'cleared' | 'held' }>;

/** The decision about the n-th transaction, cleared at noon of 2026-01-01 unless it says otherwise. */
export const decided = (
  n: number,
  said: Partial<VerdictDecision> & { readonly eventTime?: string } = {},
): Decision => {
  const { eventTime = '2026-01-01T12:00:00.000Z', ...others } = said;
  return {
    offset: n,
    outcome: 'cleared',
    score: 0,
    reasons: [],
    features: [],
    digest,
    subject: {
      transaction: transactionNamed(n),
      account: `a1_${'B'.repeat(22)}`,
      counterparty: 'abcdefabcdef',
      eventTime,
      currency: 'EUR',
      creditDebitIndicator: 'DBIT',
    },
    ...others,
  };
};

/** A journal record of partition 0 with these decisions. */
export const recordOf = (
  decisions: readonly Decision[],
  more: Partial<JournalRecord> = {},
): JournalRecord => ({
  logId,
  partition: 0,
  from: decisions[0]?.offset ?? 0,
  to: (decisions.at(-1)?.offset ?? 0) + 1,
  versions: { ruleset: 'house@1', windowPlan: 'standard@1' },
  featureNames: [],
  decisions: [...decisions],
  ...more,
});

export const shadowOf = (ruleset: string): NonNullable<JournalRecord['candidate']> => ({
  ...{ ruleset, digest, rollout: { stage: 'shadow' } },
});

export const canaryOf = (ruleset: string, percent: number): NonNullable<JournalRecord['candidate']> => ({
  ...{ ruleset, digest, rollout: { stage: 'canary', percent } },
});
