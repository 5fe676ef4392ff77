import {
  canonicalAccount,
  encodePayload,
  events,
  formatInstant,
  type AcceptableTransaction,
  type Account,
} from '@weir/contracts';
import { pseudonymOf, transactionIdentity, type Pseudonymize } from './identify.ts';
import type { Outgoing } from './send/outgoing.ts';

export type AcceptOptions = {
  readonly tenant: string;
  readonly source: string;
  /** For accounts and counterparties, which come again. */
  readonly pseudonymize: Pseudonymize;
  /** For transactions, which don't. */
  readonly pseudonymizeOnce: Pseudonymize;
  readonly partitionOf: (tenant: string, canonicalAccount: string) => number;
};

/**
 * Makes the record of an accepted transaction: what only ingest knows is added,
 * the payload is in its canonical form, and key, id and partition are functions
 * of the identity, so that feeding the same line again gives the same record.
 */
export function createAcceptor(
  options: AcceptOptions,
): (value: AcceptableTransaction, observedAtMs: number) => Omit<Outgoing, 'ticket'> {
  const { tenant, source, pseudonymize, pseudonymizeOnce, partitionOf } = options;

  const counterpartyOf = (counterparty: AcceptableTransaction['counterparty']) => {
    if (counterparty?.account === undefined) return counterparty;
    const text = canonicalAccount(counterparty.account);
    return { ...counterparty, pseudonym: pseudonymOf(pseudonymize, 'counterparty', tenant, text) };
  };
  const identityOf = (account: Account, transactionId: string): string =>
    pseudonymOf(pseudonymizeOnce, 'transaction', tenant, transactionIdentity(account, transactionId));

  return (value, observedAtMs) => {
    const { eventTimeMs, counterparty, ...rest } = value;
    const eventTime = formatInstant(eventTimeMs);
    const account = canonicalAccount(value.account);
    const shown = counterpartyOf(counterparty);
    const partition = partitionOf(tenant, account);
    // In the contract's order of keys, which spares the payload a parse that would bring it into it.
    const plaintext = encodePayload(events.transactionReceived, {
      tenant,
      source,
      partition,
      ...rest,
      eventTime,
      observedAt: formatInstant(observedAtMs),
      ...(shown === undefined ? {} : { counterparty: shown }),
    });
    const { type, dataSchema } = events.transactionReceived;
    return {
      stream: 'received',
      partition,
      event: {
        key: pseudonymOf(pseudonymize, 'account', tenant, account),
        id: identityOf(value.account, value.transactionId),
        type,
        dataSchema,
        time: eventTime,
        tenant,
        plaintext,
      },
    };
  };
}
