import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { WeirError } from '@weir/contracts';
import type { ErrorCode } from '@weir/contracts';
import type { EncryptionContext, KeyProvider } from './key-provider.ts';
import { createOpener } from './opener.ts';
import type { Opener } from './opener.ts';
import type { SealContext } from './seal-context.ts';
import { createSealer } from './sealer.ts';
import type { Sealer } from './sealer.ts';
import type { SealerLimits } from './sealer-limits.ts';

export const kekArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
export const otherKekArn = 'arn:aws:kms:eu-central-1:111122223333:key/99999999-12ab-34cd-56ef-1234567890ab';

export type MemoryKms = {
  readonly keyProvider: KeyProvider;
  readonly calls: { generate: number; decrypt: number; decryptsAtOnce: number };
  /** Every call fails with this code until it is set back to undefined. */
  fail(code: ErrorCode | undefined): void;
  /** Calls wait from here on until the returned function is called. */
  hold(): () => void;
};

/** A KMS in memory that binds a wrapped key to its KEK and encryption context, as AWS KMS does. */
export function createMemoryKms(): MemoryKms {
  const keks = new Map([kekArn, otherKekArn].map((arn) => [arn, randomBytes(32)]));
  const calls = { generate: 0, decrypt: 0, decryptsAtOnce: 0 };
  let failure: ErrorCode | undefined;
  let gate: Promise<void> = Promise.resolve();
  let running = 0;

  async function answer(): Promise<void> {
    await gate;
    if (failure !== undefined) throw new WeirError(failure, 'the KMS in memory was told to fail');
  }

  return {
    calls,
    fail(code) {
      failure = code;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return () => resolve();
    },
    keyProvider: {
      async generateDataKey({ keyId, encryptionContext }) {
        calls.generate += 1;
        await answer();
        const key = randomBytes(32);
        return {
          keyId,
          key: createSecretKey(key),
          wrapped: wrap(keks.get(keyId), key, encryptionContext),
        };
      },
      async decrypt({ keyId, wrapped, encryptionContext }) {
        calls.decrypt += 1;
        running += 1;
        calls.decryptsAtOnce = Math.max(calls.decryptsAtOnce, running);
        await answer().finally(() => {
          running -= 1;
        });
        return unwrap(keks.get(keyId), wrapped, encryptionContext);
      },
    },
  };
}

function contextBytes(encryptionContext: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(encryptionContext).sort()));
}

/** Deterministic in its inputs, so the nonce may come from the key: each key is wrapped once. */
function wrap(kek: Buffer | undefined, key: Buffer, encryptionContext: EncryptionContext): Buffer {
  if (kek === undefined) throw new WeirError('kms_key_not_found', 'no such key in memory');
  const nonce = createHash('sha256').update(key).digest().subarray(0, 12);
  const cipher = createCipheriv('aes-256-gcm', kek, nonce).setAAD(contextBytes(encryptionContext));
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
}

function unwrap(
  kek: Buffer | undefined,
  wrapped: Uint8Array,
  encryptionContext: EncryptionContext,
): KeyObject {
  if (kek === undefined) throw new WeirError('kms_key_not_found', 'no such key in memory');
  try {
    const bytes = Buffer.from(wrapped);
    const decipher = createDecipheriv('aes-256-gcm', kek, bytes.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(contextBytes(encryptionContext)).setAuthTag(bytes.subarray(-16));
    return createSecretKey(Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]));
  } catch (cause) {
    throw new WeirError('kms_ciphertext_invalid', 'the wrapped key does not fit', { cause });
  }
}

/** A context of the stream the fixtures seal for, with any field changed. */
export function contextWith(changed: Partial<SealContext> = {}): SealContext {
  return {
    tenant: 'bank-a',
    environment: 'test',
    stream: 'transactions.received',
    key: 'a1_AAECAwQFBgcICQoLDA0ODw',
    id: 'tx-1',
    type: 'weir.transaction.received.v1',
    dataSchema: 'https://weir.example/schemas/transaction/v1',
    time: '2026-01-02T03:04:05.678Z',
    ...changed,
  };
}

/** A monotonic clock that moves when told. */
export function createManualClock(): { nowMs: () => number; advanceMs: (byMs: number) => void } {
  let now = 0;
  return {
    nowMs: () => now,
    advanceMs(byMs) {
      now += byMs;
    },
  };
}

/** A sealer and an opener of one stream over one KMS and one clock. */
export function createPair(
  options: { limits?: Partial<SealerLimits>; stream?: string; keyId?: string } = {},
): {
  kms: MemoryKms;
  clock: ReturnType<typeof createManualClock>;
  sealer: Sealer;
  opener: Opener;
} {
  const kms = createMemoryKms();
  const clock = createManualClock();
  return { kms, clock, sealer: sealerOver(kms, clock, options), opener: openerOver(kms, clock) };
}

export function sealerOver(
  kms: Pick<MemoryKms, 'keyProvider'>,
  clock: { nowMs: () => number },
  options: { limits?: Partial<SealerLimits>; stream?: string; keyId?: string } = {},
): Sealer {
  return createSealer({
    keyProvider: kms.keyProvider,
    keyId: options.keyId ?? kekArn,
    app: 'weir',
    environment: 'test',
    stream: options.stream ?? 'transactions.received',
    nowMs: clock.nowMs,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
}

export function openerOver(kms: MemoryKms, clock: { nowMs: () => number }): Opener {
  return createOpener({
    keyProvider: kms.keyProvider,
    app: 'weir',
    environment: 'test',
    allowedKeyIds: () => new Set([kekArn]),
    nowMs: clock.nowMs,
  });
}

/** The record's sealed bytes, for tests that then change them. */
export async function sealOne(sealer: Sealer, plaintext: string, context = contextWith()): Promise<Buffer> {
  const [sealed] = await sealer.seal([{ plaintext: Buffer.from(plaintext), context }]);
  if (sealed === undefined) throw new Error('nothing was sealed');
  return sealed;
}
