import { randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { WeirError } from '@weir/contracts';
import { deriveKeys, isDataKey } from './derive-keys.ts';
import { dekIdBytes, encodeHeader } from './envelope-format.ts';
import { dekEncryptionContext } from './key-provider.ts';
import type { KeyProvider } from './key-provider.ts';
import { createNoncePool } from './nonce-pool.ts';
import { illFormedField } from './seal-context.ts';
import type { SealContext } from './seal-context.ts';
import { sealRecord } from './seal-record.ts';
import { completeSealerLimits } from './sealer-limits.ts';
import type { SealerLimits } from './sealer-limits.ts';

/** DEKs one record waits for. Other callers use up a few at most; a broken clock would take all. */
const maxFetchesPerRecord = 100;

export type SealerOptions = {
  readonly keyProvider: KeyProvider;
  /** The KEK that wraps the DEKs until `rollOver` names another: key id, alias or ARN. Envelopes carry the ARN. */
  readonly keyId: string;
  readonly app: string;
  readonly environment: string;
  /** The one logical stream this sealer seals for. */
  readonly stream: string;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  readonly limits?: Partial<SealerLimits>;
};

export type Unsealed = { readonly plaintext: Uint8Array; readonly context: SealContext };

export type Sealer = {
  /**
   * Seals a batch, in order, all or nothing. Waits for the KMS only when no DEK has
   * room left. Throws the key provider's error when a DEK is needed and none is to
   * be had, and processing_failed, naming the field, for a record that can never be
   * sealed. Two calls with the same records give different bytes.
   */
  seal(items: readonly Unsealed[]): Promise<Buffer[]>;
  /**
   * Drops the DEK; the next record is sealed under a new one, which `keyId` wraps
   * where it is given. A batch that is being sealed just goes on with it.
   */
  rollOver(keyId?: string): void;
  /** Drops the DEK for good. `seal` then throws. */
  close(): void;
};

type Dek = {
  readonly header: Buffer;
  readonly encryptionKey: KeyObject;
  readonly arrivedAtMs: number;
  records: number;
  plaintextBytes: number;
};

/** Creates a sealer, which asks the KMS for nothing until the first record. */
export function createSealer(options: SealerOptions): Sealer {
  const limits = completeSealerLimits(options.limits);
  const nextNonce = createNoncePool();
  let keyId = options.keyId;
  let current: Dek | undefined;
  let fetching: Promise<void> | undefined;
  let nextRefreshAtMs = -Infinity;
  let closed = false;

  function fetchDek(): Promise<void> {
    if (fetching !== undefined) return fetching;
    const flight = generateDek({ ...options, keyId })
      .then((dek) => {
        // A key asked for before rollOver() or close() is not taken into use after it.
        if (fetching === flight) current = dek;
      })
      .catch((error: unknown) => {
        // What became of a key that is no longer wanted is nobody's failure.
        if (fetching === flight) throw error;
      })
      .finally(() => {
        if (fetching === flight) fetching = undefined;
      });
    fetching = flight;
    return flight;
  }

  function dekWithRoomFor(plaintextBytes: number): Dek | undefined {
    if (closed) throw new Error('the sealer is closed');
    if (current === undefined) return undefined;
    const room =
      current.records < limits.maxRecords &&
      current.plaintextBytes + plaintextBytes <= limits.maxPlaintextBytes &&
      options.nowMs() - current.arrivedAtMs < limits.maxAgeMs;
    // An expired key is dropped rather than kept beside its successor's request.
    if (!room) current = undefined;
    return current;
  }

  function fetchAheadWhenDue(): void {
    const now = options.nowMs();
    if (current === undefined || fetching !== undefined || now < nextRefreshAtMs) return;
    const spent = Math.max(
      current.records / limits.maxRecords,
      current.plaintextBytes / limits.maxPlaintextBytes,
      (now - current.arrivedAtMs) / limits.maxAgeMs,
    );
    if (spent < limits.refreshAtFraction) return;
    nextRefreshAtMs = now + limits.refreshRetryMs;
    // A failure here costs nothing yet: the current DEK serves up to its hard limit,
    // and the fetch made there reports what is wrong.
    fetchDek().catch(() => undefined);
  }

  async function seal(items: readonly Unsealed[]): Promise<Buffer[]> {
    const sealed: Buffer[] = [];
    for (const item of items) requireSealable(item, options, limits);
    for (const { plaintext, context } of items) {
      let dek = dekWithRoomFor(plaintext.length);
      for (let fetches = 0; dek === undefined; fetches += 1) {
        if (fetches === maxFetchesPerRecord) throw new Error('no new DEK had room for a record');
        await fetchDek();
        // Another call that waited for the same DEK may have used it up already.
        dek = dekWithRoomFor(plaintext.length);
      }
      // Nothing is awaited between finding room and taking it, or two calls could take the same.
      dek.records += 1;
      dek.plaintextBytes += plaintext.length;
      sealed.push(sealRecord({ ...dek, nonce: nextNonce(), context, plaintext }));
    }
    fetchAheadWhenDue();
    return sealed;
  }

  function rollOver(nextKeyId: string = keyId): void {
    keyId = nextKeyId;
    current = undefined;
    fetching = undefined;
    nextRefreshAtMs = -Infinity;
  }

  function close(): void {
    rollOver();
    closed = true;
  }

  return { seal, rollOver, close };
}

async function generateDek(options: SealerOptions): Promise<Dek> {
  const dekId = randomBytes(dekIdBytes);
  const generated = await options.keyProvider.generateDataKey({
    keyId: options.keyId,
    encryptionContext: dekEncryptionContext({ ...options, dekId }),
  });
  if (!isDataKey(generated.key)) throw new TypeError('the key provider gave a data key of the wrong kind');
  const { encryptionKey, commitment } = deriveKeys(generated.key, dekId);
  return {
    header: encodeHeader({ dekId, commitment, kekRef: generated.keyId, wrapped: generated.wrapped }),
    encryptionKey,
    arrivedAtMs: options.nowMs(),
    records: 0,
    plaintextBytes: 0,
  };
}

function requireSealable(item: Unsealed, options: SealerOptions, limits: SealerLimits): void {
  const { plaintext, context } = item;
  if (context.stream !== options.stream || context.environment !== options.environment) {
    throw new TypeError('the record belongs to another stream or environment than its sealer');
  }
  const field = illFormedField(context);
  if (field !== undefined) {
    throw new WeirError('processing_failed', `the context's ${field} is not well-formed Unicode`);
  }
  if (plaintext.length > limits.maxPlaintextBytes) {
    throw new WeirError('processing_failed', 'the plaintext is larger than one DEK may seal');
  }
}
