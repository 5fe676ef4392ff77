import { randomBytes } from 'node:crypto';
import { keyClasses, roles, sealedStreamNames, sealedStreams, WeirError } from '@weir/contracts';
import type { ErrorCode, KeyClass, Role } from '@weir/contracts';
import { createAwsKeyProvider, createAwsSigner, createKeyAdmin, keysBehind } from '@weir/kms';
import type { AwsKeyProvider, KmsAccess } from '@weir/kms';
import { keyAliasPrefix } from '@weir/local';
import { kmsKeysOf } from '@weir/runtime';
import { isGranted } from '../judge/judge-kms.ts';
import type { KeyAct, KeyAttempt, KeyOutcome, SigningPurpose } from '../judge/judge-kms.ts';
import type { RoleConfig } from '../patient.ts';

export const kmsAccessOf = (config: RoleConfig): KmsAccess => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = config;
  return {
    region: config.AWS_REGION,
    caPem: config.KMS_TLS_CA_FILE,
    ...(config.KMS_ENDPOINT === undefined ? {} : { endpoint: config.KMS_ENDPOINT }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
  };
};

/** Short, so that many calls fit into what a probe has. */
const requestTimeoutMs = 2_000;

type Key = { readonly keyClass: KeyClass; readonly keyArn: string };
type Trial = { readonly provider: AwsKeyProvider; readonly environment: string };

/**
 * Tries with each role's credentials to seal and to open with every key that any
 * of the roles is told of. The calls are GenerateDataKey and Decrypt: they change
 * nothing wherever they are allowed, and what they answer is dropped unseen. What
 * is sealed is bound to a data key id of its own, by which no record is found.
 */
export async function probeKms(configs: ReadonlyMap<Role, RoleConfig>): Promise<readonly KeyAttempt[]> {
  const keys = keysOf(configs);
  const trials = new Map(
    [...configs].map(([role, config]): [Role, Trial] => [
      role,
      {
        environment: config.WEIR_ENVIRONMENT,
        provider: createAwsKeyProvider({
          ...kmsAccessOf(config),
          requestTimeoutMs,
        }),
      },
    ]),
  );
  const signing = signingKeysOf(configs).flatMap((key) =>
    [...configs].map(([role, config]) => trySigning(role, config, key)),
  );
  try {
    const wrapped = new Map<string, Uint8Array>();
    const sealed = await forEachRole(trials, keys, async (role, trial, key) => {
      const { outcome, blob } = await seal(trial, key);
      if (blob !== undefined && isGranted(role, key.keyClass, 'seal')) wrapped.set(key.keyArn, blob);
      return { act: 'seal', outcome };
    });
    const opened = await forEachRole(trials, keys, async (_role, trial, key) => ({
      act: 'open',
      outcome: await open(trial, key, wrapped.get(key.keyArn)),
    }));
    return [...sealed, ...opened, ...(await Promise.all(signing))];
  } finally {
    for (const { provider } of trials.values()) provider.close();
  }
}

/** No checkpoint, no manifest and nothing like one: whoever gets hold of its signature can do nothing with it. */
const signedText = Buffer.from('weir doctor');

type SigningKey = { readonly keyClass: SigningPurpose; readonly keyArn: string };

/** The keys that sign, as far as one of the roles is told of them. */
function signingKeysOf(configs: ReadonlyMap<Role, RoleConfig>): readonly SigningKey[] {
  const known = [...configs.values()];
  const named = [
    ['audit-signing', known.find((one) => one.AUDIT_SIGNING_KEY !== undefined)?.AUDIT_SIGNING_KEY],
    ['replay-signing', known.find((one) => one.REPLAY_SIGNING_KEY !== undefined)?.REPLAY_SIGNING_KEY],
  ] as const;
  return named.flatMap(([keyClass, keyArn]) => (keyArn === undefined ? [] : [{ keyClass, keyArn }]));
}

async function trySigning(role: Role, config: RoleConfig, key: SigningKey): Promise<KeyAttempt> {
  const signer = createAwsSigner({ access: kmsAccessOf(config), keyId: key.keyArn, requestTimeoutMs });
  const about = { role, ...key, act: 'sign' } as const;
  try {
    await signer.sign(signedText);
    return { ...about, outcome: 'allowed' };
  } catch (error) {
    return { ...about, outcome: outcomeOf(error) };
  } finally {
    signer.close();
  }
}

/** When the key that seals each class last got new material, in milliseconds since the epoch. */
export async function probeKeyAges(
  access: KmsAccess,
  environment: string,
): Promise<readonly { readonly keyClass: KeyClass; readonly renewedAtMs: number }[]> {
  const admin = createKeyAdmin(access);
  try {
    const keys = await admin.keysUnder(keyAliasPrefix(environment));
    const sealing = keyClasses.flatMap((keyClass) => {
      const [key] = keysBehind(`${keyAliasPrefix(environment)}${keyClass}`, keys);
      return key === undefined ? [] : [{ keyClass, key }];
    });
    return await Promise.all(
      sealing.map(async ({ keyClass, key }) => ({
        keyClass,
        renewedAtMs: Math.max(key.createdAtMs, ...(await admin.rotationsOf(key.arn))),
      })),
    );
  } finally {
    admin.close();
  }
}

/** Every key of every class that one of the roles is told of. */
function keysOf(configs: ReadonlyMap<Role, RoleConfig>): readonly Key[] {
  const found = new Map<string, Key>();
  for (const config of configs.values()) {
    for (const name of sealedStreamNames) {
      const { keyClass } = sealedStreams[name];
      for (const keyArn of kmsKeysOf(config)[name] ?? [])
        found.set(`${keyClass} ${keyArn}`, { keyClass, keyArn });
    }
  }
  return [...found.values()].toSorted(
    (a, b) => keyClasses.indexOf(a.keyClass) - keyClasses.indexOf(b.keyClass),
  );
}

/** The roles at the same time, the keys of one after the other. */
async function forEachRole(
  trials: ReadonlyMap<Role, Trial>,
  keys: readonly Key[],
  attempt: (role: Role, trial: Trial, key: Key) => Promise<{ act: KeyAct; outcome: KeyOutcome }>,
): Promise<readonly KeyAttempt[]> {
  const byRole = roles.map(async (role) => {
    const attempts: KeyAttempt[] = [];
    const trial = trials.get(role);
    if (trial === undefined) return attempts;
    for (const key of keys) attempts.push({ role, ...key, ...(await attempt(role, trial, key)) });
    return attempts;
  });
  return (await Promise.all(byRole)).flat();
}

/** As records are bound, so that a policy with conditions on the context decides as it does for them. */
const contextOf = ({ environment }: Trial, { keyClass }: Key): Readonly<Record<string, string>> => ({
  app: 'weir',
  environment,
  stream: sealedStreamNames.find((name) => sealedStreams[name].keyClass === keyClass) ?? keyClass,
  dekId: 'doctor',
});

async function seal(
  trial: Trial,
  key: Key,
): Promise<{ readonly outcome: KeyOutcome; readonly blob?: Uint8Array }> {
  try {
    const { wrapped } = await trial.provider.generateDataKey({
      keyId: key.keyArn,
      encryptionContext: contextOf(trial, key),
    });
    return { outcome: 'allowed', blob: wrapped };
  } catch (error) {
    return { outcome: outcomeOf(error) };
  }
}

/** No role sealed anything with this key: what is no ciphertext is refused for that only where the caller may ask. */
const nonsenseBytes = 64;

async function open(
  trial: Trial,
  key: Key,
  blob: Uint8Array = randomBytes(nonsenseBytes),
): Promise<KeyOutcome> {
  try {
    await trial.provider.decrypt({
      keyId: key.keyArn,
      wrapped: blob,
      encryptionContext: contextOf(trial, key),
    });
    return 'allowed';
  } catch (error) {
    return outcomeOf(error);
  }
}

const outcomes: Readonly<Partial<Record<ErrorCode, KeyOutcome>>> = {
  kms_ciphertext_invalid: 'allowed',
  kms_denied: 'denied',
  kms_key_disabled: 'disabled',
  kms_key_pending_deletion: 'pendingDeletion',
  kms_key_not_found: 'notFound',
};

function outcomeOf(error: unknown): KeyOutcome {
  if (!(error instanceof WeirError)) throw error;
  return outcomes[error.code] ?? 'unavailable';
}
