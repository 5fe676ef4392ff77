import { createHash, hash } from 'node:crypto';
import type { WindowRecord } from '@weir/windows';
import type { Row } from './read/row.ts';

/** What a transaction is known by in the core: hashes instead of ids. */
export type Pseudonyms = {
  readonly account: string;
  readonly transaction: string;
  readonly record: WindowRecord;
};

/** So many counterparties are remembered at a time; a file may name more than memory should hold. */
const rememberedCounterparties = 200_000;

const first16 = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, 16);

/**
 * Names accounts, counterparties and transactions in the shapes the core wants,
 * by SHA-256 cut short. These are no secrets, unlike a pipeline's keyed
 * pseudonyms: they keep memory small and never leave the machine.
 */
export function createPseudonyms(): (row: Row, offset: number) => Pseudonyms {
  const accounts = new Map<string, string>();
  const counterparties = new Map<string, string>();

  const accountOf = (text: string): string => {
    const known = accounts.get(text);
    if (known !== undefined) return known;
    const account = `a1_${first16(`account ${text}`).toString('base64url')}`;
    accounts.set(text, account);
    return account;
  };

  const counterpartyOf = (text: string): string => {
    if (text === '') return '';
    const known = counterparties.get(text);
    if (known !== undefined) return known;
    if (counterparties.size >= rememberedCounterparties) counterparties.clear();
    const counterparty = hash('sha256', `counterparty ${text}`).slice(0, 12);
    counterparties.set(text, counterparty);
    return counterparty;
  };

  return (row, offset) => {
    const account = accountOf(row.account);
    const identity = first16(`${account} ${row.transactionId}`);
    const identityHex = identity.toString('hex', 0, 8);
    const counterparty = counterpartyOf(row.counterparty);
    const said = `${identityHex} ${String(row.amountMinor)} ${row.currency} ${row.creditDebitIndicator} ${String(row.eventTimeMs)} ${counterparty} ${String(row.channel)} ${row.country}`;
    return {
      account,
      transaction: `t1_${identity.toString('base64url')}`,
      record: {
        offset,
        eventTimeMs: row.eventTimeMs,
        // Ingest says of a file that it saw each transaction at the running maximum of event time, which in order is its own.
        observedAtSeconds: Math.floor(row.eventTimeMs / 1000),
        amountMinor: row.amountMinor,
        currency: row.currencyNumber,
        creditDebitIndicator: row.creditDebitIndicator,
        identity: identityHex,
        digest: hash('sha256', said).slice(0, 8),
        counterparty,
        channel: row.channel,
        country: row.country,
      },
    };
  };
}
