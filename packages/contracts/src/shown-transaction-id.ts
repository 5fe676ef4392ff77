import type { Account } from './account.ts';
import type { Transaction } from './transaction.ts';

/** A shorter text occurs in too many others by chance, and gives nobody away. */
const shortestSecret = 4;

/**
 * The sender's id of a transaction. Senders build ids from what they have, so
 * one that holds an account number or the counterparty's name is not shown; the
 * record is found by its place then.
 */
export function shownTransactionId(transaction: Transaction): string {
  const { transactionId } = transaction;
  const { account, counterparty } = transaction;
  const secrets = [
    identifierOf(account),
    counterparty?.account === undefined ? '' : identifierOf(counterparty.account),
    counterparty?.name ?? '',
  ];
  // As they are, and as they look without the spaces and hyphens people put in.
  const tells = [asWritten, lettersAndDigits].some((spelt) =>
    secrets.some(
      (secret) => spelt(secret).length >= shortestSecret && spelt(transactionId).includes(spelt(secret)),
    ),
  );
  return tells ? 'not shown, because it holds an account number or a name' : transactionId;
}

function identifierOf(account: Account): string {
  if ('iban' in account) return account.iban;
  return 'card' in account ? account.card.token : account.other.id;
}

const asWritten = (text: string): string => text.toUpperCase();

const lettersAndDigits = (text: string): string => asWritten(text).replaceAll(/[^\p{L}\p{N}]/gu, '');
