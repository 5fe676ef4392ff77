import { createHash } from 'node:crypto';
import type { Reply } from '@weir/access';
import { doorLimits } from './limits/door-limits.ts';

export type Idempotency = {
  /**
   * Runs `work` once for a key of a token: whoever says the same again gets the
   * same reply, and waits for it where the first is still being worked on. 'reused'
   * where the key stood for another request. A reply that invites a repetition
   * (429, 5xx) isn't kept.
   */
  readonly once: (
    request: { readonly token: string; readonly key: string; readonly digest: string },
    work: () => Promise<Reply>,
  ) => Promise<Reply | 'reused'>;
};

type Entry = {
  readonly digest: string;
  readonly atMs: number;
  readonly reply: Promise<Reply>;
  bytes: number;
};

/** What makes two requests the same: how they are to be read, and every byte. */
export const requestDigest = (contentType: string, body: Uint8Array): string =>
  createHash('sha256').update(contentType).update('\n').update(body).digest('hex');

/** A bounded memory in this process; `nowMs` is a monotonic clock. */
export function createIdempotency(nowMs: () => number): Idempotency {
  const { maxIdempotencyKeys, maxIdempotencyBytes, idempotencyMs } = doorLimits;
  const entries = new Map<string, Entry>();
  let keptBytes = 0;

  function forget(name: string): void {
    keptBytes -= entries.get(name)?.bytes ?? 0;
    entries.delete(name);
  }

  /** The oldest go first; one that is still being worked on takes no bytes yet and may go too. */
  function makeRoom(): void {
    for (const [name, { atMs }] of entries) {
      const isOld = nowMs() - atMs >= idempotencyMs;
      if (!isOld && entries.size <= maxIdempotencyKeys && keptBytes <= maxIdempotencyBytes) return;
      forget(name);
    }
  }

  return {
    async once({ token, key, digest }, work) {
      makeRoom();
      const name = `${token} ${key}`;
      const earlier = entries.get(name);
      if (earlier !== undefined) {
        if (earlier.digest !== digest) return 'reused';
        const reply = await earlier.reply;
        return { ...reply, headers: { ...reply.headers, 'idempotency-replayed': 'true' } };
      }
      const entry: Entry = { digest, atMs: nowMs(), reply: work(), bytes: 0 };
      entries.set(name, entry);
      const isKept = (): boolean => entries.get(name) === entry;
      try {
        const reply = await entry.reply;
        if (!isKept()) return reply;
        if (reply.status === 429 || reply.status >= 500) forget(name);
        else {
          entry.bytes = reply.body.length;
          keptBytes += entry.bytes;
          makeRoom();
        }
        return reply;
      } catch (error) {
        if (isKept()) forget(name);
        throw error;
      }
    },
  };
}
