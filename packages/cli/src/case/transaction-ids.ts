import type { CaseTransaction } from '@weir/replays';
import type { FoundDecision } from '../explain/find-decision.ts';

/** The transactions of a case by identity; of those that can't be opened any more as the journal has it. */
export function transactionIds(
  transactions: readonly CaseTransaction[],
  decisions: ReadonlyMap<string, FoundDecision>,
  account: string,
): ReadonlySet<string> {
  const opened = transactions.flatMap((one) => (one.kind === 'transaction' ? [one.id] : []));
  const decided = [...decisions.values()].flatMap(({ decision }) => {
    const subject = 'subject' in decision ? decision.subject : undefined;
    return subject?.account === account ? [subject.transaction] : [];
  });
  return new Set([...opened, ...decided]);
}
