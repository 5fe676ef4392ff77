import type { Account } from '@weir/contracts';
import { composeIBAN } from 'ibantools';
import type { Random } from './random.ts';

/**
 * Countries whose account numbers carry no check of their own, with bank codes
 * that no bank has: no real account can be hit. `digits` follow the bank code.
 */
const ibanShapes = {
  NL: { bank: 'WEIR', digits: 10 },
  DE: { bank: '00000000', digits: 10 },
  AT: { bank: '00000', digits: 11 },
  IE: { bank: 'WEIR000000', digits: 8 },
  LT: { bank: '00000', digits: 11 },
  GB: { bank: 'WEIR000000', digits: 8 },
  CH: { bank: '00000', digits: 12 },
} as const;

export type SimulatedCountry = keyof typeof ibanShapes;

export const homeCountries: readonly SimulatedCountry[] = ['NL', 'DE', 'DE', 'AT', 'IE', 'GB', 'CH'];

/** Money is moved in the currency of the account's country. */
export const currencyIn = (country: SimulatedCountry): string =>
  country === 'GB' ? 'GBP' : country === 'CH' ? 'CHF' : 'EUR';

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => String(random.below(10))).join('');

export function ibanAccount(random: Random, country: SimulatedCountry): Account {
  const shape = ibanShapes[country];
  const iban = composeIBAN({ countryCode: country, bban: shape.bank + digits(random, shape.digits) });
  if (iban === null) throw new RangeError('the shape of the account number does not fit its country');
  return { iban };
}

/** Tokens are of letters only, so that no run of digits in them can be taken for a card number. */
export function cardAccount(random: Random): Account {
  const letters = Array.from({ length: 16 }, () => random.pick([...'abcdefghijklmnopqrstuvwxyz'])).join('');
  return { card: { token: `tok-${letters}`, lastFour: digits(random, 4) } };
}
