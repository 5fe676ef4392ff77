import { createHash, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { WeirError } from '@weir/contracts';
import { createDekCache } from './dek-cache.ts';
import type { DekCache, DekCacheLimits, UnwrappedDek } from './dek-cache.ts';
import { deriveKeys, isDataKey } from './derive-keys.ts';
import { parseEnvelope } from './envelope-format.ts';
import type { Envelope, ParseFailure } from './envelope-format.ts';
import { forEachBounded } from './for-each-bounded.ts';
import { dekEncryptionContext } from './key-provider.ts';
import type { KeyProvider } from './key-provider.ts';
import { lengthPrefixed } from './length-prefixed.ts';
import { illFormedField } from './seal-context.ts';
import type { SealContext } from './seal-context.ts';
import { openRecord } from './seal-record.ts';

/** Decrypt calls to the KMS that one batch makes at a time. */
const maxParallelDecrypts = 8;

type KeyFailure = 'key_not_allowed' | 'wrapped_key_invalid' | 'commitment_mismatch';

/** Why a record's value did not open. Each one but `null_value` is a security alert. */
export type OpenFailure = 'null_value' | ParseFailure | KeyFailure | 'authentication_failed';

export type OpenOutcome =
  { readonly ok: true; readonly plaintext: Buffer } | { readonly ok: false; readonly reason: OpenFailure };

export type Sealed = { readonly sealed: Uint8Array | null; readonly context: SealContext };

export type Opener = {
  /**
   * Opens a batch: one outcome per record, in order, whatever the bytes are. Throws
   * only what the key provider throws for the state of the KMS or of a key, so that
   * the caller pauses or stops; the batch may then be opened again as it is.
   * The bytes must not change until it is done; the plaintexts share no memory with them.
   */
  open(items: readonly Sealed[]): Promise<OpenOutcome[]>;
  /** Drops every cached key, so that the KMS is asked again whether each may still be used. */
  forget(): void;
  /** Drops every cached key. `open` then throws. */
  close(): void;
};

export type OpenerOptions = {
  readonly keyProvider: KeyProvider;
  readonly app: string;
  readonly environment: string;
  /** The ARNs of the KEKs a stream may be sealed under. Asked once per distinct header and batch. */
  readonly allowedKeyIds: (stream: string) => ReadonlySet<string>;
};

/** The records of a batch that share a header and a stream, and so a key. */
type KeyGroup = {
  readonly envelope: Envelope;
  readonly stream: string;
  key: KeyObject | KeyFailure | undefined;
};

type Opening = { readonly envelope: Envelope; readonly group: KeyGroup };

/** Creates an opener with a cache of its own. `nowMs` is a monotonic clock. */
export function createOpener(
  options: OpenerOptions & { readonly nowMs: () => number; readonly cacheLimits?: Partial<DekCacheLimits> },
): Opener {
  const dekCache = createDekCache({
    nowMs: options.nowMs,
    ...(options.cacheLimits === undefined ? {} : { limits: options.cacheLimits }),
  });
  return createOpenerOver(options, dekCache);
}

/** Creates an opener over a given cache, which it closes with itself. */
export function createOpenerOver(options: OpenerOptions, dekCache: DekCache): Opener {
  let closed = false;

  function requireUnclosed(): void {
    if (closed) throw new Error('the opener is closed');
  }

  return {
    async open(items) {
      requireUnclosed();
      const groups = new Map<string, KeyGroup>();
      const openings = locateAll(items, options.environment, groups);
      await forEachBounded([...groups], maxParallelDecrypts, async ([cacheKey, group]) => {
        group.key = await findKey(group, cacheKey, options, dekCache);
      });
      requireUnclosed();
      return openings.map((opening, index) => openOne(opening, items[index]));
    },
    forget() {
      dekCache.clear();
    },
    close() {
      closed = true;
      dekCache.clear();
    },
  };
}

/**
 * Finds the group of each record. Most of a batch is sealed under the DEK of the
 * record before, and then neither the header is parsed nor its digest made again:
 * that was a third of what opening cost.
 */
function locateAll(
  items: readonly Sealed[],
  environment: string,
  groups: Map<string, KeyGroup>,
): (Opening | OpenFailure)[] {
  let before: Opening | undefined;
  return items.map(({ sealed, context }) => {
    if (sealed === null) return 'null_value';
    const parsed = parseEnvelope(sealed, before?.envelope);
    if (!parsed.ok) return parsed.reason;
    // No sealer makes such a record, and its AAD would not be its own.
    if (context.environment !== environment || illFormedField(context) !== undefined) {
      return 'authentication_failed';
    }
    const { envelope } = parsed;
    const group =
      before?.envelope.header === envelope.header && before.group.stream === context.stream
        ? before.group
        : groupOf(envelope, context.stream, groups);
    before = { envelope, group };
    return before;
  });
}

function groupOf(envelope: Envelope, stream: string, groups: Map<string, KeyGroup>): KeyGroup {
  const cacheKey = dekCacheKey(stream, envelope.header);
  const known = groups.get(cacheKey);
  if (known !== undefined) return known;
  const group: KeyGroup = { envelope, stream, key: undefined };
  groups.set(cacheKey, group);
  return group;
}

/**
 * SHA-256 over the header and the stream. The stream is in it because it is in the
 * encryption context: without it, offering a good header on the wrong stream would
 * leave a refusal behind for the right one.
 */
export function dekCacheKey(stream: string, header: Uint8Array): string {
  return createHash('sha256')
    .update(lengthPrefixed([stream], header))
    .digest('base64url');
}

async function findKey(
  group: KeyGroup,
  cacheKey: string,
  options: OpenerOptions,
  dekCache: DekCache,
): Promise<KeyObject | KeyFailure> {
  const { envelope, stream } = group;
  // Before the cache, so that a key taken off the list is refused from then on.
  if (!options.allowedKeyIds(stream).has(envelope.kekRef)) return 'key_not_allowed';
  const dek = await dekCache.resolve(cacheKey, () => unwrapDek(envelope, stream, options));
  if (!dek.ok) return 'wrapped_key_invalid';
  // On every use and not only the first, so that a cache that gave another header's
  // keys is caught too.
  if (!timingSafeEqual(dek.keys.commitment, envelope.commitment)) return 'commitment_mismatch';
  return dek.keys.encryptionKey;
}

async function unwrapDek(envelope: Envelope, stream: string, options: OpenerOptions): Promise<UnwrappedDek> {
  try {
    const dataKey = await options.keyProvider.decrypt({
      keyId: envelope.kekRef,
      wrapped: envelope.wrapped,
      encryptionContext: dekEncryptionContext({ ...options, stream, dekId: envelope.dekId }),
    });
    if (!isDataKey(dataKey)) return { ok: false };
    return { ok: true, keys: deriveKeys(dataKey, envelope.dekId) };
  } catch (error) {
    if (error instanceof WeirError && error.code === 'kms_ciphertext_invalid') return { ok: false };
    throw error;
  }
}

function openOne(opening: Opening | OpenFailure, item: Sealed | undefined): OpenOutcome {
  if (typeof opening === 'string') return { ok: false, reason: opening };
  const { key } = opening.group;
  if (key === undefined || item === undefined)
    throw new Error('a record was left without its key or context');
  if (typeof key === 'string') return { ok: false, reason: key };
  const plaintext = openRecord(opening.envelope, key, item.context);
  return plaintext === undefined ? { ok: false, reason: 'authentication_failed' } : { ok: true, plaintext };
}
