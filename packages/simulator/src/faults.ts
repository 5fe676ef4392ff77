import type { OfferedTransaction } from '@weir/contracts';
import type { Random } from './random.ts';

/** Bad input a real source sends now and then, in the order it is spread over a day. */
export const faults = [
  'iban_check_digit',
  'currency_unknown',
  'amount_negative',
  'field_missing',
  'duplicate',
  'conflicting_duplicate',
] as const;

export type Fault = (typeof faults)[number];

/**
 * What a source sends wrongly right after a good transaction. `duplicate` is
 * that transaction again; `conflicting_duplicate` the same identity with
 * another amount; the others are new transactions that break their contract.
 */
export function faultyAfter(fault: Fault, good: OfferedTransaction, random: Random): unknown {
  const { amount, ...rest } = good;
  const fresh = { ...rest, transactionId: `${good.transactionId}-x` };
  switch (fault) {
    case 'iban_check_digit':
      return { ...fresh, amount, account: { iban: wrongIban(random) } };
    case 'currency_unknown':
      return { ...fresh, amount, currency: 'EUX' };
    case 'amount_negative':
      return { ...fresh, amount: `-${amount}` };
    case 'field_missing':
      return fresh;
    case 'duplicate':
      return good;
    case 'conflicting_duplicate':
      return { ...good, amount: `1${amount}` };
  }
}

/** Wrong whatever the digits: the check digits 00 and 01 are never given out (ISO 13616 leaves 02 to 98). */
const wrongIban = (random: Random): string =>
  `DE0${String(random.below(2))}00000000${String(1e9 + random.below(9e9))}`;
