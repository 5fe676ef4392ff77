import { createHash, createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, SignCommand } from '@aws-sdk/client-kms';
import { WeirError } from '@weir/contracts';
import { fromAwsError } from './aws-error.ts';
import { createKmsClient, type KmsAccess } from './kms-client.ts';

const requestTimeoutMs = 10_000;

/** A key that signs inside the KMS: what is signed leaves this process as a digest only. */
export type AwsSigner = {
  /** As it was given: key id, alias or ARN. */
  readonly keyId: string;
  /** An ECDSA signature on P-256 over the SHA-256 of the message, in DER. Two calls give two signatures. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
  /** The public key as PEM, by which anybody checks the signatures without the KMS. */
  readonly publicKeyPem: () => Promise<string>;
  /** Closes the idle connections. */
  readonly close: () => void;
};

/**
 * Signs with an ECC_NIST_P256 key of the KMS. Both calls ask it once and throw
 * WeirError of a `kms_` code, so that the caller decides how long it waits.
 */
export function createAwsSigner(options: {
  readonly access: KmsAccess;
  readonly keyId: string;
  /** Bound on one request, connecting and finding credentials included. Ten seconds when not set. */
  readonly requestTimeoutMs?: number;
}): AwsSigner {
  const { access, keyId } = options;
  const client = createKmsClient(access);
  const limit = () => ({ abortSignal: AbortSignal.timeout(options.requestTimeoutMs ?? requestTimeoutMs) });

  const asked = async <T>(operation: string, request: () => Promise<T | undefined>): Promise<T> => {
    try {
      const answer = await request();
      if (answer !== undefined) return answer;
    } catch (error) {
      throw fromAwsError(operation, keyId, error);
    }
    throw new WeirError('kms_unavailable', `KMS ${operation} with ${keyId}: incomplete answer`);
  };

  return {
    keyId,
    sign: (message) =>
      asked('Sign', async () => {
        const answer = await client.send(
          new SignCommand({
            KeyId: keyId,
            // A message itself may have 4,096 bytes at most.
            Message: createHash('sha256').update(message).digest(),
            MessageType: 'DIGEST',
            SigningAlgorithm: 'ECDSA_SHA_256',
          }),
          limit(),
        );
        return answer.Signature;
      }),
    publicKeyPem: () =>
      asked('GetPublicKey', async () => {
        const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }), limit());
        if (PublicKey === undefined) return undefined;
        const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
        return key.export({ format: 'pem', type: 'spki' }).toString();
      }),
    close: () => {
      client.destroy();
    },
  };
}
