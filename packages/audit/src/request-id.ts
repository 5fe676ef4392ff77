import { hash } from 'node:crypto';

/**
 * The id of a request that follows from what it is about: whoever asks again asks
 * for the same entry. A UUID of version 8 (RFC 9562, section 5.8), made of a SHA-256.
 */
export function requestIdOf(name: string): string {
  const bytes = hash('sha256', `weir audit request of ${name}`, 'buffer').subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
