const lengthBytes = 4;

/**
 * Concatenates the fields, each as a 4-byte big-endian length in bytes and then
 * its UTF-8. The result is canonical and injective: for a fixed number of fields
 * two different lists never give the same bytes. That holds only for well-formed
 * strings, because UTF-8 turns every lone surrogate into the same three bytes, so
 * callers check `isWellFormed` first.
 */
export function lengthPrefixed(fields: readonly string[], prefix: Uint8Array = new Uint8Array(0)): Buffer {
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
