import type { KeyObject } from 'node:crypto';

/** Authenticated by the KMS and written to its audit trail, so it names nothing personal. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** A new data key: `keyId` is the ARN of the KEK that wrapped it, `key` 32 secret bytes. */
export type GeneratedDataKey = {
  readonly keyId: string;
  readonly key: KeyObject;
  readonly wrapped: Uint8Array;
};

/**
 * The port to the KMS. Both calls throw WeirError with kms_unavailable, kms_denied,
 * kms_key_not_found, kms_key_disabled or kms_key_pending_deletion; `decrypt` also
 * with kms_ciphertext_invalid, when the wrapped key, the KEK and the encryption
 * context don't belong together.
 */
export type KeyProvider = {
  generateDataKey(request: {
    readonly keyId: string;
    readonly encryptionContext: EncryptionContext;
  }): Promise<GeneratedDataKey>;
  decrypt(request: {
    readonly keyId: string;
    readonly wrapped: Uint8Array;
    readonly encryptionContext: EncryptionContext;
  }): Promise<KeyObject>;
};

/**
 * The encryption context of a DEK. It stays coarse, because one DEK seals many
 * records; what identifies a record is in its AAD instead.
 */
export function dekEncryptionContext(of: {
  readonly app: string;
  readonly environment: string;
  readonly stream: string;
  readonly dekId: Uint8Array;
}): EncryptionContext {
  return {
    app: of.app,
    environment: of.environment,
    stream: of.stream,
    dekId: Buffer.from(of.dekId).toString('base64url'),
  };
}
