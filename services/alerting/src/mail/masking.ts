import { maskAccount } from '@weir/contracts';
import type { Account, Transaction } from '@weir/contracts';

/**
 * A person's or a company's name as it may stand in a mail: its first letter
 * and dots. Their number says nothing about the length of the name.
 */
function maskName(name: string): string {
  const [first = ''] = name.trim();
  return /^[\p{L}\p{N}]$/u.test(first) && [...name.trim()].length > 1 ? `${first}•••` : '•••';
}

/** The other side of a transaction, or undefined where its sender named none. */
export function maskCounterparty({ counterparty }: Transaction): string | undefined {
  const parts = [
    ...(counterparty?.name === undefined ? [] : [maskName(counterparty.name)]),
    ...(counterparty?.account === undefined ? [] : [maskAccount(counterparty.account)]),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

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

/** A field path or a topic in the shape ours have; anything else was chosen by a stranger and is not repeated. */
export const plainName = (text: string): string | undefined =>
  /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/.test(text) && !/\d{8}/.test(text) ? text : undefined;
