const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Where the 16 bytes of a pseudonym begin: "a<version>_" stands before them. */
const bytesFrom = (pseudonym: string): number => pseudonym.indexOf('_') + 1;

/** So many base64url digits of a pseudonym's bytes, as a whole number. */
function bitsOf(pseudonym: string, from: number, count: number): number {
  const start = bytesFrom(pseudonym) + from;
  let bits = 0;
  for (let index = start; index < start + count; index += 1) {
    const digit = digits.indexOf(pseudonym.charAt(index));
    if (digit < 0 || index >= pseudonym.length) throw new RangeError('not a pseudonym');
    bits = bits * 64 + digit;
  }
  return bits;
}

/** The first 6 bytes of an account's pseudonym as 12 hex digits, as lists of accounts hold them. */
export const accountPrefix = (account: string): string =>
  bitsOf(account, 0, 8).toString(16).padStart(12, '0');

/**
 * Whether an account is among so many hundredths of all accounts: always the same ones, and whoever is among
 * few is among more. Pseudonyms are HMACs, so their bytes are as good as drawn: 6 to 9 count, for the
 * first six are what lists compare. Throws a RangeError for what is no pseudonym.
 */
export function isCanaryAccount(account: string, percent: number): boolean {
  // Bytes 6 to 9 are the digits 8 to 12 and the upper two bits of digit 13.
  const word = Math.floor(bitsOf(account, 8, 6) / 16);
  return word % 100 < percent;
}
