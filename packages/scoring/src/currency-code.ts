import { currencyOf } from '@weir/contracts';

/**
 * Alphabetic codes by numeric code. Window records hold the numeric code and
 * the contracts find a currency by its alphabetic one, so the table is turned
 * around once, over all codes that three letters can spell.
 */
const codesByNumber: ReadonlyMap<number, string> = new Map(
  everyThreeLetters().flatMap((code) => {
    const currency = currencyOf(code);
    return currency === undefined ? [] : [[currency.numericCode, currency.code] as const];
  }),
);

function everyThreeLetters(): readonly string[] {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const pairs = letters.flatMap((first) => letters.map((second) => first + second));
  return pairs.flatMap((pair) => letters.map((third) => pair + third));
}

/** The ISO 4217 alphabetic code of a numeric one. Throws a RangeError where no money has it: ingest lets none through. */
export function currencyCode(numericCode: number): string {
  const code = codesByNumber.get(numericCode);
  if (code === undefined) throw new RangeError('the numeric code names no currency');
  return code;
}
