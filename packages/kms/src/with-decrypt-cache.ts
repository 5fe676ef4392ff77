import { createHash, type KeyObject } from 'node:crypto';
import type { KeyProvider } from '@weir/envelope';

export type DecryptCacheOptions = {
  readonly maxEntries: number;
  /** Counted from the answer of KMS, not from the last use, so that a withdrawn key stops opening. */
  readonly ttlMs: number;
  /** Must not go backwards, like performance.now. */
  readonly nowMs: () => number;
};

type Entry = { readonly key: KeyObject; readonly expiresAtMs: number };
type DecryptRequest = Parameters<KeyProvider['decrypt']>[0];

/**
 * Remembers the answers of decrypt, least recently used first out, and asks KMS
 * once for any number of requests for the same key at the same time. Failures
 * are not remembered. generateDataKey passes through: a data key is never shared.
 *
 * An envelope opener has its own cache of derived keys in front of the provider,
 * so one opener gains nothing from this. It is for a process with several
 * openers on one provider (one per partition or stream), which would otherwise
 * each ask KMS for the same wrapped key. Keep it small.
 */
export function withDecryptCache(provider: KeyProvider, options: DecryptCacheOptions): KeyProvider {
  const { maxEntries, ttlMs, nowMs } = options;
  if (!Number.isInteger(maxEntries) || maxEntries < 1) {
    throw new RangeError('maxEntries must be a whole number of at least 1');
  }
  // A Map iterates in the order of insertion, so its first entry is the least recently used.
  const entries = new Map<string, Entry>();
  const pending = new Map<string, Promise<KeyObject>>();

  const recall = (digest: string): KeyObject | undefined => {
    const entry = entries.get(digest);
    if (entry === undefined || entry.expiresAtMs <= nowMs()) return undefined;
    entries.delete(digest);
    entries.set(digest, entry);
    return entry.key;
  };

  const remember = (digest: string, key: KeyObject): void => {
    const writtenAtMs = nowMs();
    for (const [other, entry] of entries) {
      if (entry.expiresAtMs <= writtenAtMs) entries.delete(other);
    }
    entries.set(digest, { key, expiresAtMs: writtenAtMs + ttlMs });
    const eldest = entries.keys().next();
    if (entries.size > maxEntries && eldest.done !== true) entries.delete(eldest.value);
  };

  return {
    generateDataKey: (request) => provider.generateDataKey(request),
    decrypt: async (request) => {
      const digest = digestOf(request);
      const known = recall(digest) ?? pending.get(digest);
      if (known !== undefined) return known;
      const asked = provider.decrypt(request);
      pending.set(digest, asked);
      try {
        const key = await asked;
        remember(digest, key);
        return key;
      } finally {
        pending.delete(digest);
      }
    },
  };
}

/**
 * SHA-256 over the length-prefixed key id, each name and value of the context in
 * the order of the names, and the wrapped key: no two requests can be spliced
 * into the same bytes, and KMS too ignores the order of the context.
 */
function digestOf({ keyId, encryptionContext, wrapped }: DecryptRequest): string {
  const hash = createHash('sha256');
  const add = (part: Uint8Array): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    hash.update(length).update(part);
  };
  // UTF-16, because UTF-8 turns every lone surrogate into the same bytes.
  const addText = (text: string) => {
    add(Buffer.from(text, 'utf16le'));
  };
  addText(keyId);
  for (const name of Object.keys(encryptionContext).sort()) {
    addText(name);
    addText(encryptionContext[name] ?? '');
  }
  add(wrapped);
  return hash.digest('base64');
}
