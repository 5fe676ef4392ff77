/**
 * Values that stand for what must never be seen in clear outside a sealed
 * payload. They are made up, the IBAN is one that ingest accepts, and they occur nowhere
 * else, so finding one in a topic, a log, a metric or Redis is a leak.
 */
export const canaries = {
  accountName: 'CANARY-NAME-Ottilie-Zephyrine',
  iban: 'GB82WEST12345698765432',
  description: 'CANARY-REMITTANCE-7f3b9d',
  counterpartyName: 'CANARY-PAYEE-Wolkenstein',
} as const;

/** The names of the canaries that occur in the bytes, as they are, in base64 or in hex. */
export function findCanaries(bytes: Uint8Array): readonly string[] {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Object.entries(canaries)
    .filter(([, value]) => spellings(value).some((spelling) => haystack.includes(spelling)))
    .map(([name]) => name);
}

/** Base64 has three alignments; the middle of each is the same whatever surrounds the value. */
function spellings(value: string): readonly string[] {
  const plain = Buffer.from(value, 'utf8');
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), plain]).toString('base64');
    return encoded.slice(shift === 0 ? 0 : 4, -4);
  });
  return [value, plain.toString('hex'), ...base64];
}
