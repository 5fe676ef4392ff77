import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly kind: 'complete'; readonly bytes: Uint8Array }
  | { readonly kind: 'tooLarge' }
  /** The sender hung up before the end. */
  | { readonly kind: 'gone' };

/**
 * Reads the whole body and holds at most `limitBytes` of it. The rest of a body
 * that is too large is read and dropped, because hanging up on a caller that is
 * still sending loses the answer. Never rejects; the server's request timeout
 * bounds the wait.
 */
export function readBody(incoming: IncomingMessage, limitBytes: number): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    incoming.on('end', () => {
      const isWhole = sizeBytes <= limitBytes;
      resolve(isWhole ? { kind: 'complete', bytes: Buffer.concat(chunks) } : { kind: 'tooLarge' });
    });
    // Only the first resolve counts, so a hang-up after the end changes nothing.
    incoming.on('error', () => {
      resolve({ kind: 'gone' });
    });
    incoming.on('close', () => {
      resolve({ kind: 'gone' });
    });
  });
}
