import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { KeyRing, KeySpec, StoredKey } from './key-store.ts';
import { KmsError } from './kms-error.ts';

/** AWS has one account per credentials; a laptop has this one. */
export const accountId = '000000000000';
const dayMs = 24 * 60 * 60 * 1000;
/** AWS's own limit on RotateKeyOnDemand; the first version is not a rotation. */
const rotationLimit = 25;
/** AWS allows far more; here it bounds the file, and lets every list be one page. */
const countLimit = 1000;

type Contents = Pick<KeyRing, 'keys' | 'aliases'>;

/** The key that a key id, key ARN, alias name or alias ARN stands for, or undefined. */
export function findKey(ring: KeyRing, name: string): StoredKey | undefined {
  const alias = /^(?:arn:aws:kms:[a-z0-9-]+:\d{12}:)?(alias\/.+)$/.exec(name)?.[1];
  const keyId = alias === undefined ? undefined : ring.aliases[alias];
  return ring.keys.find((key) =>
    alias === undefined ? key.keyId === name || key.arn === name : key.keyId === keyId,
  );
}

/** Everything a policy may call the key. */
export function namesOf(ring: KeyRing, key: StoredKey): readonly string[] {
  const aliases = Object.entries(ring.aliases).filter(([, keyId]) => keyId === key.keyId);
  return [key.keyId, key.arn, ...aliases.map(([alias]) => alias)];
}

export function withNewKey(
  ring: KeyRing,
  made: {
    readonly description: string;
    readonly region: string;
    readonly createdAtMs: number;
    readonly spec: KeySpec;
  },
): { readonly key: StoredKey; readonly contents: Contents } {
  if (ring.keys.length >= countLimit) {
    throw new KmsError('LimitExceededException', `there are ${String(countLimit)} keys`);
  }
  const keyId = randomUUID();
  const key: StoredKey = {
    keyId,
    arn: `arn:aws:kms:${made.region}:${accountId}:key/${keyId}`,
    description: made.description,
    createdAtMs: made.createdAtMs,
    spec: made.spec,
    state: 'Enabled',
    deletionAtMs: null,
    materials: [made.spec === 'ECC_NIST_P256' ? newSigningKey() : newMaterial()],
    rotatedAtMs: [],
  };
  return { key, contents: { keys: [...ring.keys, key], aliases: ring.aliases } };
}

export function withAlias(ring: KeyRing, alias: string, key: StoredKey): Contents {
  if (ring.aliases[alias] !== undefined) {
    throw new KmsError('AlreadyExistsException', `${alias} exists`);
  }
  if (Object.keys(ring.aliases).length >= countLimit) {
    throw new KmsError('LimitExceededException', `there are ${String(countLimit)} aliases`);
  }
  assertNotPendingDeletion(key);
  return { keys: ring.keys, aliases: { ...ring.aliases, [alias]: key.keyId } };
}

/** The alias stands for another key from now on; as on AWS, for one of the same kind. */
export function withAliasMoved(ring: KeyRing, alias: string, key: StoredKey): Contents {
  const before = findKey(ring, alias);
  if (before === undefined) throw new KmsError('NotFoundException', `${alias} is not found`);
  if (before.spec !== key.spec) {
    throw new KmsError('ValidationException', `${alias} stands for a key of another kind`);
  }
  assertNotPendingDeletion(key);
  return { keys: ring.keys, aliases: { ...ring.aliases, [alias]: key.keyId } };
}

export function withState(ring: KeyRing, key: StoredKey, state: 'Enabled' | 'Disabled'): Contents {
  assertNotPendingDeletion(key);
  return replacing(ring, { ...key, state });
}

export function withDeletionScheduled(
  ring: KeyRing,
  key: StoredKey,
  nowMs: number,
  waitDays: number,
): Contents {
  assertNotPendingDeletion(key);
  const deletionAtMs = nowMs + waitDays * dayMs;
  return replacing(ring, { ...key, state: 'PendingDeletion', deletionAtMs });
}

/** As AWS does it, the key comes back disabled. */
export function withDeletionCancelled(ring: KeyRing, key: StoredKey): Contents {
  if (key.state !== 'PendingDeletion') {
    throw new KmsError('KMSInvalidStateException', `${key.arn} is not pending deletion`);
  }
  return replacing(ring, { ...key, state: 'Disabled', deletionAtMs: null });
}

/** New data keys use the new material; what the old ones wrapped can still be opened. */
export function withRotation(ring: KeyRing, key: StoredKey, nowMs: number): Contents {
  assertRotates(key);
  assertUsable(key);
  if (key.materials.length > rotationLimit) {
    throw new KmsError('LimitExceededException', `${key.arn} was rotated too often`);
  }
  return replacing(ring, {
    ...key,
    materials: [...key.materials, newMaterial()],
    rotatedAtMs: [...key.rotatedAtMs, nowMs],
  });
}

/** Throws as AWS does for a key that has one material for good. */
export function assertRotates(key: StoredKey): void {
  if (key.spec !== 'SYMMETRIC_DEFAULT') {
    throw new KmsError('UnsupportedOperationException', `${key.arn} is asymmetric and is not rotated`);
  }
}

/** Throws as AWS does for a key made for another use than the operation's. */
export function assertMadeFor(key: StoredKey, usage: 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY'): void {
  if (usageOf(key) !== usage) {
    throw new KmsError('InvalidKeyUsageException', `${key.arn} is for ${usageOf(key)}`);
  }
}

export function usageOf(key: StoredKey): 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' {
  return key.spec === 'ECC_NIST_P256' ? 'SIGN_VERIFY' : 'ENCRYPT_DECRYPT';
}

/** Throws as AWS does for a key that can't be used now. */
export function assertUsable(key: StoredKey): void {
  assertNotPendingDeletion(key);
  if (key.state === 'Disabled') throw new KmsError('DisabledException', `${key.arn} is disabled`);
}

function assertNotPendingDeletion(key: StoredKey): void {
  if (key.state === 'PendingDeletion') {
    throw new KmsError('KMSInvalidStateException', `${key.arn} is pending deletion`);
  }
}

function replacing(ring: KeyRing, changed: StoredKey): Contents {
  const keys = ring.keys.map((key) => (key.keyId === changed.keyId ? changed : key));
  return { keys, aliases: ring.aliases };
}

function newMaterial(): string {
  return randomBytes(32).toString('base64');
}

function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
}
