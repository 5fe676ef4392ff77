import { createAccountHistory, packRecord, unpackRecords } from '@weir/windows';
import type { WindowPlan, WindowRecord } from '@weir/windows';

/** How the windows of an account differ from what the log says: records are missing, too many, or other ones. */
export type Difference = 'missing' | 'extra' | 'other';

/** What came of verifying a few accounts, by pseudonym. */
export type SampledAccounts = {
  readonly compared: number;
  readonly differing: readonly { readonly account: string; readonly difference: Difference }[];
};

/** The packed records of one account, as the log has them and as they are stored. */
export type ComparedAccount = {
  readonly plan: WindowPlan;
  /** From `fromOffset` up to `upTo`, in offset order. */
  readonly expected: readonly Uint8Array[];
  readonly stored: readonly Uint8Array[];
  /** The log begins here: what is stored from before can't be judged any more. */
  readonly fromOffset: number;
  /** What is stored from here on came after the log was looked at. */
  readonly upTo: number;
};

/**
 * What is stored has to be what the log says, record for record and bit for bit.
 * Records may be missing only where they are invisible by now: those a store
 * may have trimmed.
 */
export function compareAccount(compared: ComparedAccount): Difference | undefined {
  const expected = compared.expected.flatMap((piece) => unpackRecords(piece));
  const all = compared.stored.flatMap((piece) => unpackRecords(piece));
  const storedByOffset = new Map(
    all
      .filter(({ offset }) => offset >= compared.fromOffset && offset < compared.upTo)
      .map((record) => [record.offset, record]),
  );
  const forgettableBefore = forgettableBeforeSeconds(compared, all);
  for (const record of expected) {
    const stored = storedByOffset.get(record.offset);
    if (stored === undefined) {
      if (record.observedAtSeconds >= forgettableBefore) return 'missing';
      continue;
    }
    if (!isSame(record, stored)) return 'other';
    storedByOffset.delete(record.offset);
  }
  return storedByOffset.size === 0 ? undefined : 'extra';
}

/** By all that is known of the account, so that a trim while the log was being read is no difference. */
function forgettableBeforeSeconds(
  { plan, expected, upTo }: ComparedAccount,
  stored: readonly WindowRecord[],
): number {
  const newer = stored.filter(({ offset }) => offset >= upTo).map((record) => packRecord(record));
  return createAccountHistory(plan, [...expected, ...newer], Infinity).forgettableBeforeSeconds;
}

const isSame = (one: WindowRecord, other: WindowRecord): boolean =>
  Buffer.compare(packRecord(one), packRecord(other)) === 0;
