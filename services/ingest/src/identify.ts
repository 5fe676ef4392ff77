import { createHash } from 'node:crypto';
import { canonicalAccount, pseudonymLetters, type Account, type PseudonymPurpose } from '@weir/contracts';

/** The keyed one-way function of the envelope package: purpose, tenant and value to a pseudonym. */
export type Pseudonymize = (purpose: string, tenant: string, value: string) => string;

/** The same value under two purposes gives two unrelated pseudonyms: who pays can't be matched with who is paid. */
export function pseudonymOf(
  pseudonymize: Pseudonymize,
  purpose: PseudonymPurpose,
  tenant: string,
  value: string,
): string {
  return pseudonymLetters[purpose] + pseudonymize(purpose, tenant, value).slice(1);
}

/**
 * The text that a transaction's identity (tenant, account, transaction id) is
 * made from. Neither part holds a space, so no two identities share it.
 */
export const transactionIdentity = (account: Account, transactionId: string): string =>
  `${canonicalAccount(account)} ${transactionId}`;

export const sha256HexOf = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');
