import { countrySpecs, electronicFormatIBAN, isValidBBAN } from 'ibantools';

/** An IBAN without the spaces and hyphens people write it with, in upper case. Does not look whether it is one. */
export const electronicIban = (text: string): string => electronicFormatIBAN(text) ?? text;

/**
 * Whether the text, in electronic format, is an IBAN: a country of the
 * registry, its length and account format, and the right check digits.
 *
 * The answer is that of ibantools' isValidIBAN, which makes a list of strings
 * of the digits to divide them by 97. Four IBANs a transaction made that a
 * fifteenth of what detection costs; dividing digit by digit takes a quarter.
 */
export function isIban(text: string): boolean {
  const countryCode = text.slice(0, 2);
  const checkDigits = text.slice(2, 4);
  const accountPart = text.slice(4);
  return (
    countrySpecs[countryCode]?.chars === text.length &&
    /^[0-9]{2}$/.test(checkDigits) &&
    isValidBBAN(accountPart, countryCode) &&
    98 - remainderOf97(`${accountPart}${countryCode}00`) === Number(checkDigits)
  );
}

const digitZero = 48;
const letterA = 65;

/** ISO 7064 MOD 97-10 over digits and capital letters, which stand for 10 to 35. */
function remainderOf97(text: string): number {
  let remainder = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    remainder =
      code >= letterA
        ? (remainder * 100 + code - letterA + 10) % 97
        : (remainder * 10 + code - digitZero) % 97;
  }
  return remainder;
}
