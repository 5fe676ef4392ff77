/** Longer texts are cut before the patterns run over them, which bounds a log line and the time it takes. */
const longestScrubbedChars = 16_384;
const longestTextChars = 4_096;

/** ISO 13616: two letters, two check digits, 11 to 30 letters or digits. */
const ibanShapes: readonly RegExp[] = [
  // As stored, in either case, where no letter or digit touches it.
  /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30}(?![A-Za-z0-9])/g,
  // As stored, glued to a word: "IBANGB29NWBK…".
  /[A-Z]{2}\d{2}[A-Z0-9]{11,30}/g,
  // As printed, in groups of four.
  /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[\s.-][A-Za-z0-9]{4}){2,7}(?:[\s.-][A-Za-z0-9]{1,3})?(?![A-Za-z0-9])/g,
];

/**
 * Card numbers have 13 to 19 digits, alone or parted by single spaces or
 * hyphens. A longer run may hold one, so it goes too. The Luhn check is not
 * asked: a mistyped card number is still nobody's business.
 */
const cardNumberShape = /\d(?:[\s-]?\d){12,}/g;

/**
 * Masks whatever looks like an IBAN or a card number. This is the last line,
 * behind the allow-list of fields: it knows no names, and it masks harmless
 * numbers of 13 digits and more as well, such as times in milliseconds.
 */
export function scrubText(text: string): string {
  let scrubbed = text.slice(0, longestScrubbedChars);
  for (const shape of ibanShapes) scrubbed = scrubbed.replaceAll(shape, '[masked]');
  scrubbed = scrubbed.replaceAll(cardNumberShape, '[masked]');
  return scrubbed.length > longestTextChars ? `${scrubbed.slice(0, longestTextChars)}[cut]` : scrubbed;
}
