const lengthBytes = 4;
const noBytes = new Uint8Array(0);

/** ASCII has a byte for each character, and its lengths up to here are characters of it themselves. */
const shortest = 0x7f;
const ascii = /^[\0-\x7f]*$/;

/**
 * The fields and their lengths as one text, whose characters are the bytes: written at once, which takes a third of
 * writing them one by one. Undefined where a field is longer, or isn't ASCII.
 */
function shortText(fields: readonly string[]): string | undefined {
  let text = '';
  for (const field of fields) {
    if (field.length > shortest) return undefined;
    text += `\0\0\0${String.fromCharCode(field.length)}${field}`;
  }
  return ascii.test(text) ? text : undefined;
}

/**
 * Concatenates the fields, each as a 4-byte big-endian length in bytes and then
 * its UTF-8. The result is canonical and injective: for a fixed number of fields
 * two different lists never give the same bytes. That holds only for well-formed
 * strings, because UTF-8 turns every lone surrogate into the same three bytes, so
 * callers check `isWellFormed` first.
 */
export function lengthPrefixed(fields: readonly string[], prefix: Uint8Array = noBytes): Buffer {
  const short = shortText(fields);
  if (short !== undefined) {
    const bytes = Buffer.allocUnsafe(prefix.length + short.length);
    bytes.set(prefix, 0);
    bytes.write(short, prefix.length, 'latin1');
    return bytes;
  }
  let total = prefix.length;
  for (const field of fields) total += lengthBytes + Buffer.byteLength(field);
  const bytes = Buffer.allocUnsafe(total);
  bytes.set(prefix, 0);
  let at = prefix.length;
  for (const field of fields) {
    const size = bytes.write(field, at + lengthBytes);
    bytes.writeUInt32BE(size, at);
    at += lengthBytes + size;
  }
  return bytes;
}
