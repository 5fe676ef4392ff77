import { channels, type CreditDebitIndicator } from '@weir/contracts';
import { currencyCode } from '@weir/scoring';
import type { WindowRecord } from '@weir/windows';
import type { ListUse } from './ruleset.ts';
import { accountPrefix } from './account-bits.ts';

/** A list of pseudonyms, of whoever keeps them; asked by the first 6 bytes of one as 12 hex digits. */
export type PseudonymList = {
  readonly ref: string;
  readonly of: 'counterparty' | 'account';
  /** Whether it stands on the list at an event time. */
  readonly has: (prefixHex: string, atMs: number) => boolean;
};

/** What a rule can ask of a transaction besides its features. */
export type RuleFacts = {
  readonly eventTimeMs: number;
  /** ISO 4217 alphabetic code. */
  readonly currency: string;
  /** "other" where the transaction names none. */
  readonly channel: string;
  /** ISO 3166-1 alpha-2, or "" where the transaction names none. */
  readonly country: string;
  readonly creditDebitIndicator: CreditDebitIndicator;
  /** Whether it is on a list of the ruleset, by its id there; undefined where nobody can tell. */
  readonly isOnList: (id: string) => boolean | undefined;
};

/**
 * The facts of a record, with the lists of a ruleset as they are at hand, by their names. A list that is not
 * there, or holds pseudonyms of others than it is asked about, can't tell anything.
 */
export function factsOf(
  record: WindowRecord,
  account: string,
  uses: readonly ListUse[],
  lists: ReadonlyMap<string, PseudonymList>,
): RuleFacts {
  return {
    eventTimeMs: record.eventTimeMs,
    currency: currencyCode(record.currency),
    channel: channels[record.channel] ?? channels[0],
    country: record.country,
    creditDebitIndicator: record.creditDebitIndicator,
    isOnList: (id) => {
      const use = uses.find((one) => one.id === id);
      const list = use === undefined ? undefined : lists.get(use.list);
      if (use === undefined || list?.of !== use.of) return undefined;
      // A list that throws is a bug of ours, but its transaction must neither be cleared nor stop the partition.
      try {
        if (use.of === 'account') return list.has(accountPrefix(account), record.eventTimeMs);
        return record.counterparty !== '' && list.has(record.counterparty, record.eventTimeMs);
      } catch {
        return undefined;
      }
    },
  };
}
