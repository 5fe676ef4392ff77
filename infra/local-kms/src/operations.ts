import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Caller, isAllowed, type OperationName } from './callers.ts';
import { openBlob, readBlobHeader, sealBlob } from './ciphertext-blob.ts';
import {
  accountId,
  assertMadeFor,
  assertRotates,
  assertUsable,
  findKey,
  namesOf,
  usageOf,
  withAlias,
  withAliasMoved,
  withDeletionCancelled,
  withDeletionScheduled,
  withNewKey,
  withRotation,
  withState,
} from './key-ring.ts';
import { type KeyRing, keySpecs, type KeyStore, type StoredKey } from './key-store.ts';
import { KmsError } from './kms-error.ts';
import { publicKeyOf, signWith, signingAlgorithm } from './signing.ts';

/** One call by a proven caller: what an operation may look at. */
type Call = {
  readonly operation: OperationName;
  readonly caller: Caller;
  readonly region: string;
  readonly nowMs: number;
  readonly store: KeyStore;
};

type Answer = Readonly<Record<string, unknown>>;
type Operation = (call: Call, input: unknown) => Answer;

const keyId = z.string().min(1).max(2048);
const aliasName = z.string().regex(/^alias\/[a-zA-Z0-9/_-]{1,250}$/);
const wellFormed = z.string().refine((text) => text.isWellFormed());
/** AWS allows 8 KB in all; the bound on the body keeps this near it. */
const encryptionContext = z.record(wellFormed, wellFormed).default({});
const blob = z.base64().min(1).max(8192);

/**
 * The operations by name. Fields that AWS knows and this server doesn't are
 * refused rather than ignored, so that nobody takes them to be in force.
 */
export const operations: Readonly<Record<OperationName, Operation>> = {
  CreateKey: operation(
    z
      .strictObject({
        Description: z.string().max(8192).default(''),
        KeySpec: z.enum(keySpecs).default('SYMMETRIC_DEFAULT'),
        KeyUsage: z.enum(['ENCRYPT_DECRYPT', 'SIGN_VERIFY']).default('ENCRYPT_DECRYPT'),
      })
      .refine(({ KeySpec, KeyUsage }) => (KeySpec === 'ECC_NIST_P256') === (KeyUsage === 'SIGN_VERIFY'), {
        path: ['KeyUsage'],
      }),
    (call, input) => {
      assertAllowed(call, []);
      const ring = call.store.read(call.nowMs);
      const { Description: description, KeySpec: spec } = input;
      const made = { description, spec, region: call.region, createdAtMs: call.nowMs };
      const { key, contents } = withNewKey(ring, made);
      call.store.write(contents);
      return { KeyMetadata: metadataOf(key) };
    },
  ),

  CreateAlias: operation(z.strictObject({ AliasName: aliasName, TargetKeyId: keyId }), (call, input) => {
    const { ring, key } = allowedKey(call, input.TargetKeyId);
    // As on AWS the alias needs permission too, else a caller could rename a key into its own policy.
    assertAllowed(call, [input.AliasName]);
    call.store.write(withAlias(ring, input.AliasName, key));
    return {};
  }),

  UpdateAlias: operation(z.strictObject({ AliasName: aliasName, TargetKeyId: keyId }), (call, input) => {
    const { ring, key } = allowedKey(call, input.TargetKeyId);
    // As on AWS the alias and the key it leaves need permission too.
    allowedKey(call, input.AliasName);
    assertAllowed(call, [input.AliasName]);
    call.store.write(withAliasMoved(ring, input.AliasName, key));
    return {};
  }),

  DescribeKey: onKey((_call, _ring, key) => ({ KeyMetadata: metadataOf(key) })),

  ListKeys: operation(z.strictObject({}), (call) => {
    assertAllowed(call, []);
    const { keys } = call.store.read(call.nowMs);
    return { Keys: keys.map((key) => ({ KeyId: key.keyId, KeyArn: key.arn })), Truncated: false };
  }),

  ListAliases: operation(z.strictObject({}), (call) => {
    assertAllowed(call, []);
    const ring = call.store.read(call.nowMs);
    return { Aliases: Object.keys(ring.aliases).map((alias) => aliasEntry(ring, alias)), Truncated: false };
  }),

  EnableKey: onKey((call, ring, key) => {
    call.store.write(withState(ring, key, 'Enabled'));
    return {};
  }),

  DisableKey: onKey((call, ring, key) => {
    call.store.write(withState(ring, key, 'Disabled'));
    return {};
  }),

  ScheduleKeyDeletion: operation(
    z.strictObject({ KeyId: keyId, PendingWindowInDays: z.int().min(7).max(30).default(30) }),
    (call, { KeyId, PendingWindowInDays }) => {
      const { ring, key } = allowedKey(call, KeyId);
      const contents = withDeletionScheduled(ring, key, call.nowMs, PendingWindowInDays);
      call.store.write(contents);
      const { deletionAtMs } = contents.keys.find((each) => each.keyId === key.keyId) ?? key;
      return {
        KeyId: key.arn,
        KeyState: 'PendingDeletion',
        DeletionDate: (deletionAtMs ?? 0) / 1000,
        PendingWindowInDays,
      };
    },
  ),

  CancelKeyDeletion: onKey((call, ring, key) => {
    call.store.write(withDeletionCancelled(ring, key));
    return { KeyId: key.arn };
  }),

  RotateKeyOnDemand: onKey((call, ring, key) => {
    call.store.write(withRotation(ring, key, call.nowMs));
    return { KeyId: key.keyId };
  }),

  ListKeyRotations: onKey((_call, _ring, key) => {
    assertRotates(key);
    const rotations = key.rotatedAtMs.map((atMs) => ({
      KeyId: key.keyId,
      RotationDate: atMs / 1000,
      RotationType: 'ON_DEMAND',
    }));
    return { Rotations: rotations, Truncated: false };
  }),

  GenerateDataKey: operation(
    z.strictObject({
      KeyId: keyId,
      KeySpec: z.literal('AES_256'),
      EncryptionContext: encryptionContext,
    }),
    (call, input) => {
      const { key } = allowedKey(call, input.KeyId);
      assertUsable(key);
      assertMadeFor(key, 'ENCRYPT_DECRYPT');
      const plaintext = randomBytes(32);
      const keyVersion = key.materials.length;
      const header = { keyId: key.keyId, keyVersion };
      const sealed = sealBlob(header, materialOf(key, keyVersion), plaintext, input.EncryptionContext);
      return {
        KeyId: key.arn,
        Plaintext: plaintext.toString('base64'),
        CiphertextBlob: sealed.toString('base64'),
      };
    },
  ),

  Decrypt: operation(
    z.strictObject({
      KeyId: keyId.optional(),
      CiphertextBlob: blob,
      EncryptionContext: encryptionContext,
    }),
    (call, input) => {
      const sealed = Buffer.from(input.CiphertextBlob, 'base64');
      const header = readBlobHeader(sealed);
      const { key } = allowedKey(call, input.KeyId ?? header?.keyId ?? refuseCiphertext());
      assertUsable(key);
      assertMadeFor(key, 'ENCRYPT_DECRYPT');
      if (header === undefined) return refuseCiphertext();
      if (header.keyId !== key.keyId) {
        throw new KmsError('IncorrectKeyException', `the ciphertext is not under ${key.arn}`);
      }
      const material = materialOf(key, header.keyVersion);
      const plaintext = openBlob(sealed, material, input.EncryptionContext) ?? refuseCiphertext();
      return {
        KeyId: key.arn,
        Plaintext: plaintext.toString('base64'),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    },
  ),

  Sign: operation(
    z
      .strictObject({
        KeyId: keyId,
        Message: z.base64().min(1).max(5464),
        MessageType: z.enum(['RAW', 'DIGEST']).default('RAW'),
        SigningAlgorithm: z.literal(signingAlgorithm),
      })
      .refine(({ Message, MessageType }) => fitsMessageType(Buffer.from(Message, 'base64'), MessageType), {
        path: ['Message'],
      }),
    (call, input) => {
      const { key } = allowedKey(call, input.KeyId);
      assertUsable(key);
      assertMadeFor(key, 'SIGN_VERIFY');
      const message = Buffer.from(input.Message, 'base64');
      const signature = signWith(materialOf(key, 1), message, input.MessageType);
      return {
        KeyId: key.arn,
        Signature: signature.toString('base64'),
        SigningAlgorithm: signingAlgorithm,
      };
    },
  ),

  GetPublicKey: onKey((_call, _ring, key) => {
    if (key.spec === 'SYMMETRIC_DEFAULT') {
      throw new KmsError('UnsupportedOperationException', `${key.arn} is symmetric`);
    }
    assertUsable(key);
    return {
      KeyId: key.arn,
      PublicKey: publicKeyOf(materialOf(key, 1)).toString('base64'),
      KeySpec: key.spec,
      KeyUsage: 'SIGN_VERIFY',
      SigningAlgorithms: [signingAlgorithm],
    };
  }),
};

/** AWS's own bounds: 4,096 bytes of a message, or a digest of the algorithm's length. */
function fitsMessageType(message: Buffer, type: 'RAW' | 'DIGEST'): boolean {
  return type === 'RAW' ? message.length <= 4096 : message.length === 32;
}

function operation<S extends z.ZodType>(
  schema: S,
  run: (call: Call, input: z.infer<S>) => Answer,
): Operation {
  return (call, input) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return run(call, parsed.data);
    const at = parsed.error.issues.map((issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.path[0]?.toString(),
    );
    throw new KmsError('ValidationException', `not accepted: ${[...new Set(at)].join(', ')}`);
  };
}

/** An operation whose only input is a key the caller has to be allowed to use it on. */
function onKey(run: (call: Call, ring: KeyRing, key: StoredKey) => Answer): Operation {
  return operation(z.strictObject({ KeyId: keyId }), (call, { KeyId }) => {
    const { ring, key } = allowedKey(call, KeyId);
    return run(call, ring, key);
  });
}

function allowedKey(call: Call, name: string): { readonly ring: KeyRing; readonly key: StoredKey } {
  const ring = call.store.read(call.nowMs);
  const key = findKey(ring, name);
  if (key === undefined) throw new KmsError('NotFoundException', `${name} is not found`);
  assertAllowed(call, namesOf(ring, key));
  return { ring, key };
}

function assertAllowed(call: Call, names: readonly string[]): void {
  if (isAllowed(call.caller, call.operation, names)) return;
  const on = names[0] === undefined ? '' : ` on ${names[0]}`;
  throw new KmsError('AccessDeniedException', `${call.caller.name} may not ${call.operation}${on}`);
}

function refuseCiphertext(): never {
  throw new KmsError('InvalidCiphertextException', 'the ciphertext or its context was changed');
}

function materialOf(key: StoredKey, keyVersion: number): Buffer {
  const material = key.materials[keyVersion - 1];
  return material === undefined ? refuseCiphertext() : Buffer.from(material, 'base64');
}

function metadataOf(key: StoredKey): Answer {
  return {
    AWSAccountId: accountId,
    KeyId: key.keyId,
    Arn: key.arn,
    Description: key.description,
    CreationDate: key.createdAtMs / 1000,
    Enabled: key.state === 'Enabled',
    KeyState: key.state,
    ...(key.deletionAtMs === null ? {} : { DeletionDate: key.deletionAtMs / 1000 }),
    KeyUsage: usageOf(key),
    KeySpec: key.spec,
    ...(key.spec === 'SYMMETRIC_DEFAULT'
      ? { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] }
      : { SigningAlgorithms: [signingAlgorithm] }),
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    MultiRegion: false,
  };
}

function aliasEntry(ring: KeyRing, alias: string): Answer {
  const key = ring.keys.find((each) => each.keyId === ring.aliases[alias]);
  return {
    AliasName: alias,
    AliasArn: key?.arn.replace(/key\/.*$/, alias),
    TargetKeyId: key?.keyId,
  };
}
