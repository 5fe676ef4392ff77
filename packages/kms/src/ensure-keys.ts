import {
  AlreadyExistsException,
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  type KMSClient,
  NotFoundException,
} from '@aws-sdk/client-kms';
import { WeirError } from '@weir/contracts';
import { fromAwsError } from './aws-error.ts';
import { createKmsClient, type KmsAccess } from './kms-client.ts';

const requestTimeoutMs = 10_000;

/** What a key is made for: wrapping data keys, or signing (ECC_NIST_P256). */
type KeyKind = 'wrapping' | 'signing';

/**
 * Makes one symmetric key for each alias (`alias/...`) that has none, and answers
 * with the key ARN behind every alias. Saying it again changes nothing; when two
 * callers make the same alias at once both get the winner's key, and the loser's
 * stays behind without an alias. For development and first set-ups: in production
 * keys and their policies are made where the rest of the infrastructure is.
 *
 * Throws WeirError of a `kms_` code. A key that is disabled or pending deletion
 * is answered like any other; using it says so.
 */
export async function ensureKeys(
  options: KmsAccess & { readonly aliases: readonly string[] },
): Promise<Readonly<Record<string, string>>> {
  const { aliases, ...access } = options;
  const client = createKmsClient(access);
  const arns: Record<string, string> = {};
  try {
    for (const alias of aliases) arns[alias] = await ensureKey(client, alias, 'wrapping');
  } finally {
    client.destroy();
  }
  return arns;
}

/** The same for one key that signs, ECDSA on P-256 with SHA-256; answers with its ARN. */
export async function ensureSigningKey(options: KmsAccess & { readonly alias: string }): Promise<string> {
  const { alias, ...access } = options;
  const client = createKmsClient(access);
  try {
    return await ensureKey(client, alias, 'signing');
  } finally {
    client.destroy();
  }
}

async function ensureKey(client: KMSClient, alias: string, kind: KeyKind): Promise<string> {
  try {
    const arn = (await arnOf(client, alias)) ?? (await createKey(client, alias, kind));
    if (arn !== undefined) return arn;
  } catch (error) {
    throw fromAwsError('EnsureKeys', alias, error);
  }
  throw new WeirError('kms_unavailable', `KMS EnsureKeys with ${alias}: incomplete answer`);
}

async function arnOf(client: KMSClient, alias: string): Promise<string | undefined> {
  try {
    const answer = await client.send(new DescribeKeyCommand({ KeyId: alias }), limit());
    return answer.KeyMetadata?.Arn;
  } catch (error) {
    if (error instanceof NotFoundException) return undefined;
    throw error;
  }
}

async function createKey(client: KMSClient, alias: string, kind: KeyKind): Promise<string | undefined> {
  const signing = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } as const;
  const { KeyMetadata } = await client.send(
    new CreateKeyCommand({ Description: alias, ...(kind === 'signing' ? signing : {}) }),
    limit(),
  );
  if (KeyMetadata?.KeyId === undefined) return undefined;
  try {
    await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyMetadata.KeyId }), limit());
  } catch (error) {
    if (error instanceof AlreadyExistsException) return arnOf(client, alias);
    throw error;
  }
  return KeyMetadata.Arn;
}

function limit(): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(requestTimeoutMs) };
}
