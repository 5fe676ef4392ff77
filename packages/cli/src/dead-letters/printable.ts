/** What would move a terminal's cursor, change its colours, or turn the direction of its text, and lone surrogates. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/gu;

/** A text of unknown hand that a terminal shows as it is written: \uXXXX stands for what it must not obey. */
export const printable = (text: string): string =>
  text.replaceAll(unprintable, (one) =>
    Array.from(
      { length: one.length },
      (_, index) => `\\u${one.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );

/** Bytes as they can be told in JSON and brought back from there. */
export type ToldBytes = { readonly encoding: 'json' | 'utf8' | 'hex'; readonly text: string };

/** Bytes as their own text where that is JSON, else in hex. */
export function toldOriginal(bytes: Uint8Array): ToldBytes {
  const text = textOf(bytes);
  return text !== undefined && isJson(text) ? { encoding: 'json', text } : inHex(bytes);
}

/** A key or the value of a header: text where it is that, else hex. */
export function toldField(bytes: Uint8Array): ToldBytes {
  const text = textOf(bytes);
  return text === undefined ? inHex(bytes) : { encoding: 'utf8', text };
}

/** Lines for a person. Outside of its texts JSON has no characters but blanks that a terminal would obey. */
export function toldLines({ encoding, text }: ToldBytes): readonly string[] {
  switch (encoding) {
    case 'json':
      return [printable(text.replaceAll(/[\r\n\t]+/g, ' ').trim())];
    case 'utf8':
      return [printable(text)];
    case 'hex':
      return hexLines(Buffer.from(text, 'hex'));
  }
}

const inHex = (bytes: Uint8Array): ToldBytes => ({
  encoding: 'hex',
  text: Buffer.from(bytes).toString('hex'),
});

const bytesOfLine = 16;

/** "00000010  7b 22 74 …  {"t…": where it stands, its bytes, and those of them that are ASCII. */
function hexLines(bytes: Buffer): readonly string[] {
  return Array.from({ length: Math.ceil(bytes.length / bytesOfLine) }, (_, line) => {
    const at = line * bytesOfLine;
    const part = bytes.subarray(at, at + bytesOfLine);
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = part.toString('latin1').replaceAll(/[^\x20-\x7e]/g, '.');
    return `${at.toString(16).padStart(8, '0')}  ${hex.padEnd(3 * bytesOfLine - 1)}  ${ascii}`;
  });
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
