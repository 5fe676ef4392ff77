import cardValidator from 'card-validator';

/** C0 and C1 controls, DEL, the line and paragraph separators, and lone surrogates: none belongs in a name. */
const controlCharacter = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/u;

export const hasControlCharacter = (text: string): boolean => controlCharacter.test(text);

/** A run of thirteen digits or more, grouped or not. Few texts have one, and all others are done after one quick look. */
const longDigitRun = /\d(?:[ -]?\d){12}/;

/** A run of digits as people write card numbers: alone, or in groups parted by one space or hyphen. */
const digitRun = /\d(?:[ -]?\d)*/g;

/**
 * True where the text holds a full card number (PAN): a whole run of 13–19
 * digits that fits a card brand's prefix and length and the Luhn check of
 * ISO/IEC 7812-1. A reference number that merely passes Luhn but fits no brand
 * is let through, so that one in ten long references isn't refused.
 */
export function holdsCardNumber(text: string): boolean {
  if (!longDigitRun.test(text)) return false;
  for (const run of text.matchAll(digitRun)) {
    const digits = run[0].replaceAll(/[ -]/g, '');
    if (digits.length >= 13 && digits.length <= 19 && cardValidator.number(digits).isValid) return true;
  }
  return false;
}
