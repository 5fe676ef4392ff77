import type { OutcomeReport, ReportedOutcome } from '@weir/contracts';

/** Some hundred megabytes of reports; of more, the oldest are left out and counted. */
const mostOutcomes = 1_000_000;

/** The last report about each transaction, by when it was made, as the learner takes it. */
export function createKnownOutcomes(most = mostOutcomes) {
  const known = new Map<string, { readonly outcome: ReportedOutcome; readonly reportedAt: string }>();
  let forgotten = 0;
  return {
    add: ({ transaction, outcome, reportedAt }: OutcomeReport): void => {
      const former = known.get(transaction);
      if (former !== undefined && former.reportedAt > reportedAt) return;
      known.delete(transaction);
      known.set(transaction, { outcome, reportedAt });
      if (known.size <= most) return;
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
      forgotten += 1;
    },
    outcomeOf: (transaction: string): ReportedOutcome | undefined => known.get(transaction)?.outcome,
    forgotten: (): number => forgotten,
  };
}
