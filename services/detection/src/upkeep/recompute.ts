import { WeirError } from '@weir/contracts';
import { createAccountHistory, packRecord, recordFormat } from '@weir/windows';
import type { AccountHistory, WindowPlan } from '@weir/windows';
import { joinBatch, windowRecordOf } from '@weir/verdicts';
import type { Decoded } from '@weir/verdicts';

/** Windows computed from the log alone, without a store. */
export type Recomputation = {
  /** Accounts of the records that have not been seen yet: whoever knows older records of theirs gives them first. */
  unseen(decoded: readonly Decoded[]): string[];
  /** Begins an account with packed records from before the log's beginning. Throws WeirError `windows_damaged` where they are none. */
  begin(account: string, older: readonly Uint8Array[]): void;
  /** Takes in records of the log, in offset order. */
  take(decoded: readonly Decoded[]): void;
  /** The accounts seen, each with the packed records it has from the log's beginning on. */
  accounts(): ReadonlyMap<string, readonly Uint8Array[]>;
};

type Account = { readonly history: AccountHistory; readonly packed: PackedRecords };

export function createRecomputation(plan: WindowPlan, fromOffset: number): Recomputation {
  const accounts = new Map<string, Account>();
  const begin: Recomputation['begin'] = (account, older) => {
    const history = readHistory(plan, older, fromOffset);
    accounts.set(account, { history, packed: createPackedRecords() });
  };
  const accountOf = (name: string): Account => {
    const account = accounts.get(name);
    if (account === undefined) throw new Error('a recomputation of an account that was not begun');
    return account;
  };
  return {
    unseen: (decoded) => {
      const named = decoded.flatMap((one) => (one.kind === 'transaction' ? [one.transaction.account] : []));
      return [...new Set(named)].filter((account) => !accounts.has(account));
    },
    begin,
    take(decoded) {
      const histories = { get: (name: string) => accountOf(name).history };
      for (const { account, record } of joinBatch(decoded, { histories, toRecord: windowRecordOf }))
        accountOf(account).packed.add(packRecord(record));
    },
    accounts: () => new Map([...accounts].map(([name, { packed }]) => [name, [packed.bytes()]])),
  };
}

function readHistory(plan: WindowPlan, older: readonly Uint8Array[], fromOffset: number): AccountHistory {
  try {
    return createAccountHistory(plan, older, fromOffset);
  } catch (cause) {
    throw new WeirError('windows_damaged', 'the stored records of an account are no records', { cause });
  }
}

type PackedRecords = { add(record: Uint8Array): void; bytes(): Uint8Array };

/** One growing buffer for an account: a small one for each record would take three times the memory. */
function createPackedRecords(): PackedRecords {
  let buffer = new Uint8Array(recordFormat.recordBytes);
  let length = 0;
  return {
    add(record) {
      if (length + record.byteLength > buffer.byteLength) {
        const larger = new Uint8Array(2 * buffer.byteLength);
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(record, length);
      length += record.byteLength;
    },
    bytes: () => buffer.subarray(0, length),
  };
}
