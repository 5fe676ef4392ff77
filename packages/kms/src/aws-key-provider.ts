import { createSecretKey, type KeyObject } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyCommand } from '@aws-sdk/client-kms';
import { WeirError } from '@weir/contracts';
import type { KeyProvider } from '@weir/envelope';
import { fromAwsError } from './aws-error.ts';
import { createKmsClient, type KmsAccess } from './kms-client.ts';

const dataKeyBytes = 32;
/** KMS's own limit on CiphertextBlob; beyond it the request itself would be refused. */
const wrappedKeyLimitBytes = 6144;

export type AwsKeyProviderOptions = KmsAccess & {
  /** Bound on one request, connecting and finding credentials included. */
  readonly requestTimeoutMs: number;
};

export type AwsKeyProvider = KeyProvider & {
  /** Closes the idle connections. */
  readonly close: () => void;
};

/**
 * The key provider over AWS KMS, or over anything that speaks its protocol.
 *
 * Every failure is a WeirError of a `kms_` code; each request is tried once.
 * The plaintext bytes are overwritten as soon as the KeyObject holds its copy.
 * The SDK's own base64 text of the answer can't be reached and stays until it is
 * collected.
 */
export function createAwsKeyProvider(options: AwsKeyProviderOptions): AwsKeyProvider {
  const { requestTimeoutMs, ...access } = options;
  const client = createKmsClient(access);
  const limit = () => ({ abortSignal: AbortSignal.timeout(requestTimeoutMs) });

  return {
    generateDataKey: async ({ keyId, encryptionContext }) => {
      const command = new GenerateDataKeyCommand({
        KeyId: keyId,
        KeySpec: 'AES_256',
        EncryptionContext: encryptionContext,
      });
      const answer = await named('GenerateDataKey', keyId, () => client.send(command, limit()));
      const key = takeKey(answer.Plaintext);
      if (key === undefined || answer.KeyId === undefined || answer.CiphertextBlob === undefined) {
        throw incomplete('GenerateDataKey', keyId);
      }
      return { keyId: answer.KeyId, key, wrapped: answer.CiphertextBlob };
    },

    decrypt: async ({ keyId, wrapped, encryptionContext }) => {
      if (wrapped.length === 0 || wrapped.length > wrappedKeyLimitBytes) {
        throw invalid(keyId, `a wrapped key has 1 to ${String(wrappedKeyLimitBytes)} bytes`);
      }
      const command = new DecryptCommand({
        KeyId: keyId,
        CiphertextBlob: wrapped,
        EncryptionContext: encryptionContext,
      });
      const answer = await named('Decrypt', keyId, () => client.send(command, limit()));
      if (answer.Plaintext === undefined) throw incomplete('Decrypt', keyId);
      const key = takeKey(answer.Plaintext);
      if (key === undefined) throw invalid(keyId, `a data key has ${String(dataKeyBytes)} bytes`);
      return key;
    },

    close: () => {
      client.destroy();
    },
  };
}

async function named<T>(operation: string, keyId: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw fromAwsError(operation, keyId, error);
  }
}

/** Moves the bytes into a KeyObject and overwrites them, whatever their length. */
function takeKey(plaintext: Uint8Array | undefined): KeyObject | undefined {
  if (plaintext === undefined) return undefined;
  const key = plaintext.length === dataKeyBytes ? createSecretKey(plaintext) : undefined;
  plaintext.fill(0);
  return key;
}

function incomplete(operation: string, keyId: string): WeirError {
  return new WeirError('kms_unavailable', `KMS ${operation} with ${keyId}: incomplete answer`);
}

function invalid(keyId: string, reason: string): WeirError {
  return new WeirError('kms_ciphertext_invalid', `KMS Decrypt with ${keyId}: ${reason}`);
}
