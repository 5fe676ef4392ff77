import { createAccountHistory, recordFormat } from '@weir/windows';
import type { AccountHistory, WindowPlan } from '@weir/windows';

/**
 * What an account takes beside its records, and a record with room for more behind it and the indexes of a large
 * account. Estimated from above by what was taken in alone: so the same records are cut into the same passes, and
 * what a history forgets meanwhile is to spare.
 */
const accountBytes = 900;
const bytesPerRecord = 3 * recordFormat.recordBytes;

/** The windows of the accounts of one pass, in memory. */
export type PassWindows = {
  readonly plan: WindowPlan;
  /** The history of an account, which begins where it is asked for the first time. */
  readonly get: (account: string) => AccountHistory;
  /** Counts a record that joined an account. */
  readonly tookIn: (account: string) => void;
  /** Says that a record of an account could not be opened, so that its history lacks it. */
  readonly missed: (account: string) => void;
  readonly hasMissed: (account: string) => boolean;
  /** Forgets the accounts that are not to stay. */
  readonly keepOnly: (stays: (account: string) => boolean) => void;
  /** About how many bytes they take, estimated from above. */
  readonly bytes: () => number;
};

type Kept = { readonly history: AccountHistory; records: number; hasMissed: boolean };

export function createPassWindows(plan: WindowPlan): PassWindows {
  const accounts = new Map<string, Kept>();
  let records = 0;
  const keptOf = (account: string): Kept => {
    let kept = accounts.get(account);
    if (kept === undefined) {
      kept = { history: createAccountHistory(plan, [], 0), records: 0, hasMissed: false };
      accounts.set(account, kept);
    }
    return kept;
  };
  return {
    plan,
    get: (account) => keptOf(account).history,
    tookIn: (account) => {
      keptOf(account).records += 1;
      records += 1;
    },
    missed: (account) => void (keptOf(account).hasMissed = true),
    hasMissed: (account) => accounts.get(account)?.hasMissed === true,
    keepOnly: (stays) => {
      for (const [account, kept] of accounts) {
        if (stays(account)) continue;
        accounts.delete(account);
        records -= kept.records;
      }
    },
    bytes: () => accounts.size * accountBytes + records * bytesPerRecord,
  };
}
