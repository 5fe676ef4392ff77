const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The value of a hex digit by its character code, −1 for every character below "g" that is none. */
const digitOfCode = new Int8Array('g'.charCodeAt(0)).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) digitOfCode[digit.charCodeAt(0)] = value;

/**
 * The number that up to eight lower-case hex digits stand for, from a place in
 * a text on; undefined where one of them is no such digit.
 */
export function readHex(text: string, from: number, digits: number): number | undefined {
  let value = 0;
  // A digit that is none is −1, whose sign bit stays set in here.
  let signs = 0;
  for (let index = from; index < from + digits; index += 1) {
    const digit = digitOfCode[text.charCodeAt(index)] ?? -1;
    signs |= digit;
    value = (value << 4) | digit;
  }
  return signs < 0 ? undefined : value >>> 0;
}

/** The bytes of a view as lower-case hex digits, two each. */
export function hexOf(view: DataView, at: number, bytes: number): string {
  let text = '';
  for (let index = at; index < at + bytes; index += 1) text += hexOfByte[view.getUint8(index)] as string;
  return text;
}
