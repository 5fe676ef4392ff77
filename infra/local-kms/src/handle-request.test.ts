import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type CallerInput, callersSchema, operationNames } from './callers.ts';
import { handleRequest, type Kms } from './handle-request.ts';
import { openKeyStore } from './key-store.ts';
import type { KmsErrorType } from './kms-error.ts';
import { signedRequest } from './signed-request.ts';

const dayMs = 86_400_000;
const context = { app: 'weir', stream: 'transactions' };

const callers: readonly CallerInput[] = [
  named('owner', [{ operations: ['*'], keys: ['*'] }]),
  named('ingest', [{ operations: ['GenerateDataKey'], keys: ['alias/received'] }]),
  named('detection', [
    { operations: ['Decrypt'], keys: ['alias/received'] },
    { operations: ['GenerateDataKey', 'Decrypt'], keys: ['alias/verdicts'] },
    { operations: ['CreateAlias', 'UpdateAlias'], keys: ['alias/received'] },
  ]),
  named('auditor', [{ operations: ['Decrypt'], keys: ['alias/received/*'] }]),
];

type Caller = 'owner' | 'ingest' | 'detection' | 'auditor';

let directory: string;
let nowMs: number;
let kms: Kms;
let logged: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-kms-'));
  nowMs = Date.parse('2026-03-01T12:00:00Z');
  logged = [];
  kms = {
    store: openKeyStore(join(directory, 'keys.json')),
    callers: callersSchema.parse(callers),
    nowMs: () => nowMs,
    log: (line) => logged.push(line),
  };
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function named(name: string, allow: CallerInput['allow']): CallerInput {
  return { name, accessKeyId: name.toUpperCase(), secretAccessKey: `secret-of-${name}`, allow };
}

async function send(caller: Caller, operation: string, input: unknown) {
  const credentials = {
    accessKeyId: caller.toUpperCase(),
    secretAccessKey: `secret-of-${caller}`,
  };
  const request = await signedRequest({ credentials, operation, input, signedAtMs: nowMs });
  const { status, headers, body } = await handleRequest(kms, request);
  return { status, headers, content: JSON.parse(body) as Record<string, unknown> };
}

async function succeeds(caller: Caller, operation: string, input: unknown) {
  const { status, content } = await send(caller, operation, input);
  assert.equal(status, 200, `${operation}: ${JSON.stringify(content)}`);
  return content;
}

async function fails(type: KmsErrorType, caller: Caller, operation: string, input: unknown) {
  const { status, headers, content } = await send(caller, operation, input);
  assert.equal(content['__type'], type);
  assert.equal(headers['x-amzn-errortype'], type);
  assert.ok(status >= 400);
  return content;
}

/** Makes a key behind the alias and answers with its id. */
async function makeKey(alias: string): Promise<string> {
  const { KeyMetadata } = await succeeds('owner', 'CreateKey', {});
  const { KeyId } = KeyMetadata as { readonly KeyId: string };
  await succeeds('owner', 'CreateAlias', { AliasName: alias, TargetKeyId: KeyId });
  return KeyId;
}

async function dataKey(keyId: string) {
  const input = { KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: context };
  return succeeds('owner', 'GenerateDataKey', input);
}

describe('the policy', () => {
  test('ingest seals and does not open, detection opens and does not seal', async () => {
    await makeKey('alias/received');
    const sealing = { KeyId: 'alias/received', KeySpec: 'AES_256', EncryptionContext: context };
    const { CiphertextBlob, Plaintext } = await succeeds('ingest', 'GenerateDataKey', sealing);
    const opening = { KeyId: 'alias/received', CiphertextBlob, EncryptionContext: context };
    await fails('AccessDeniedException', 'ingest', 'Decrypt', opening);
    await fails('AccessDeniedException', 'detection', 'GenerateDataKey', sealing);
    assert.equal((await succeeds('detection', 'Decrypt', opening))['Plaintext'], Plaintext);
  });

  test('a rule for an alias covers its key by id and ARN, and no other key', async () => {
    const received = await makeKey('alias/received');
    const other = await makeKey('alias/other');
    const { CiphertextBlob, KeyId } = await dataKey(received);
    const opening = { CiphertextBlob, EncryptionContext: context };
    for (const name of [received, KeyId, undefined]) {
      await succeeds('detection', 'Decrypt', { ...opening, KeyId: name });
    }
    const { CiphertextBlob: others } = await dataKey(other);
    const foreign = { CiphertextBlob: others, EncryptionContext: context };
    await fails('AccessDeniedException', 'detection', 'Decrypt', foreign);
  });

  test('a caller can not bring a key under its policy by giving it an alias', async () => {
    const received = await makeKey('alias/received');
    const other = await makeKey('alias/other');
    // Detection may give aliases to the first key, and may seal under alias/verdicts.
    for (const [AliasName, TargetKeyId] of [
      ['alias/received', other],
      ['alias/verdicts', received],
    ]) {
      await fails('AccessDeniedException', 'detection', 'CreateAlias', { AliasName, TargetKeyId });
    }
  });

  test('calls about no key need a rule for every key', async () => {
    for (const operation of ['CreateKey', 'ListKeys', 'ListAliases']) {
      await fails('AccessDeniedException', 'detection', operation, {});
      await succeeds('owner', operation, {});
    }
  });

  test('a refusal is logged with its caller and without what was sent', async () => {
    await fails('NotFoundException', 'ingest', 'DescribeKey', { KeyId: 'alias/nothing' });
    await fails('SerializationException', 'ingest', 'DescribeKey', '{"KeyId":"precious');
    assert.match(logged[0] ?? '', /ingest.*NotFoundException/);
    assert.doesNotMatch(logged.join(), /precious/);
  });
});

describe('the key states', () => {
  const cryptographic = async (keyId: string) => {
    const { CiphertextBlob } = await dataKey(keyId);
    return [
      ['GenerateDataKey', { KeyId: keyId, KeySpec: 'AES_256' }],
      ['Decrypt', { KeyId: keyId, CiphertextBlob, EncryptionContext: context }],
      ['Decrypt', { CiphertextBlob, EncryptionContext: context }],
      ['RotateKeyOnDemand', { KeyId: keyId }],
    ] as const;
  };

  test('a disabled key refuses to be used and to be rotated', async () => {
    const keyId = await makeKey('alias/received');
    const calls = await cryptographic(keyId);
    await succeeds('owner', 'DisableKey', { KeyId: keyId });
    for (const [operation, input] of calls) {
      await fails('DisabledException', 'owner', operation, input);
    }
  });

  test('a key pending deletion refuses everything but being looked at and rescued', async () => {
    const keyId = await makeKey('alias/received');
    const calls = await cryptographic(keyId);
    await succeeds('owner', 'ScheduleKeyDeletion', { KeyId: keyId });
    for (const [operation, input] of [
      ...calls,
      ['EnableKey', { KeyId: keyId }],
      ['DisableKey', { KeyId: keyId }],
      ['ScheduleKeyDeletion', { KeyId: keyId }],
      ['CreateAlias', { AliasName: 'alias/more', TargetKeyId: keyId }],
    ] as const) {
      await fails('KMSInvalidStateException', 'owner', operation, input);
    }
    const { KeyMetadata } = await succeeds('owner', 'DescribeKey', { KeyId: keyId });
    const { KeyState, DeletionDate } = KeyMetadata as Record<string, unknown>;
    assert.equal(KeyState, 'PendingDeletion');
    assert.equal(DeletionDate, (nowMs + 30 * dayMs) / 1000);
  });

  test('a cancelled deletion leaves the key disabled', async () => {
    const keyId = await makeKey('alias/received');
    await fails('KMSInvalidStateException', 'owner', 'CancelKeyDeletion', { KeyId: keyId });
    await succeeds('owner', 'ScheduleKeyDeletion', { KeyId: keyId, PendingWindowInDays: 7 });
    await succeeds('owner', 'CancelKeyDeletion', { KeyId: keyId });
    const { KeyMetadata } = await succeeds('owner', 'DescribeKey', { KeyId: 'alias/received' });
    assert.equal((KeyMetadata as Record<string, unknown>)['KeyState'], 'Disabled');
  });

  test('a key and its aliases are gone when the waiting period is over', async () => {
    const keyId = await makeKey('alias/received');
    await succeeds('owner', 'ScheduleKeyDeletion', { KeyId: keyId, PendingWindowInDays: 7 });
    nowMs += 7 * dayMs - 1;
    await succeeds('owner', 'DescribeKey', { KeyId: 'alias/received' });
    nowMs += 1;
    await fails('NotFoundException', 'owner', 'DescribeKey', { KeyId: 'alias/received' });
    await fails('NotFoundException', 'owner', 'CancelKeyDeletion', { KeyId: keyId });
    assert.deepEqual((await succeeds('owner', 'ListAliases', {}))['Aliases'], []);
  });

  test('a key can be rotated 25 times, as on AWS, and still opens what its first version wrapped', async () => {
    const keyId = await makeKey('alias/received');
    const { CiphertextBlob, Plaintext } = await dataKey(keyId);
    for (let rotation = 1; rotation <= 25; rotation += 1) {
      await succeeds('owner', 'RotateKeyOnDemand', { KeyId: keyId });
    }
    await fails('LimitExceededException', 'owner', 'RotateKeyOnDemand', { KeyId: keyId });
    const opening = { CiphertextBlob, EncryptionContext: context };
    assert.equal((await succeeds('owner', 'Decrypt', opening))['Plaintext'], Plaintext);
  });
});

describe('signing keys', () => {
  const message = Buffer.from('a checkpoint');
  const signing = (keyId: string, more: object = {}) => ({
    KeyId: keyId,
    Message: message.toString('base64'),
    SigningAlgorithm: 'ECDSA_SHA_256',
    ...more,
  });

  async function makeSigningKey(): Promise<string> {
    const { KeyMetadata } = await succeeds('owner', 'CreateKey', {
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'SIGN_VERIFY',
    });
    return (KeyMetadata as { readonly KeyId: string }).KeyId;
  }

  test('what they sign is checked by their public key, after a restart too', async () => {
    const keyId = await makeSigningKey();
    const { PublicKey } = await succeeds('owner', 'GetPublicKey', { KeyId: keyId });
    const publicKey = createPublicKey({
      key: Buffer.from(String(PublicKey), 'base64'),
      format: 'der',
      type: 'spki',
    });
    kms = { ...kms, store: openKeyStore(join(directory, 'keys.json')) };
    const digest = createHash('sha256').update(message).digest('base64');
    for (const input of [signing(keyId), signing(keyId, { MessageType: 'DIGEST', Message: digest })]) {
      const { Signature } = await succeeds('owner', 'Sign', input);
      const signature = Buffer.from(String(Signature), 'base64');
      assert.equal(verify('sha256', message, publicKey, signature), true);
      assert.equal(verify('sha256', Buffer.from('another'), publicKey, signature), false);
    }
  });

  test('they wrap nothing and are not rotated, and keys that wrap sign nothing', async () => {
    const [signer, wrapper] = [await makeSigningKey(), await makeKey('alias/received')];
    await fails('InvalidKeyUsageException', 'owner', 'GenerateDataKey', {
      KeyId: signer,
      KeySpec: 'AES_256',
    });
    await fails('UnsupportedOperationException', 'owner', 'RotateKeyOnDemand', { KeyId: signer });
    await fails('InvalidKeyUsageException', 'owner', 'Sign', signing(wrapper));
    await fails('UnsupportedOperationException', 'owner', 'GetPublicKey', { KeyId: wrapper });
  });

  test('disabled or pending deletion they sign nothing', async () => {
    const keyId = await makeSigningKey();
    await succeeds('owner', 'DisableKey', { KeyId: keyId });
    await fails('DisabledException', 'owner', 'Sign', signing(keyId));
    await fails('DisabledException', 'owner', 'GetPublicKey', { KeyId: keyId });
    await succeeds('owner', 'ScheduleKeyDeletion', { KeyId: keyId });
    await fails('KMSInvalidStateException', 'owner', 'Sign', signing(keyId));
  });

  test('a digest of another length, a message too long and half a key description are refused', async () => {
    const keyId = await makeSigningKey();
    for (const more of [
      { MessageType: 'DIGEST' },
      { Message: Buffer.alloc(4097).toString('base64') },
      { SigningAlgorithm: 'ECDSA_SHA_384' },
    ]) {
      await fails('ValidationException', 'owner', 'Sign', signing(keyId, more));
    }
    await succeeds('owner', 'Sign', signing(keyId, { Message: Buffer.alloc(4096).toString('base64') }));
    for (const half of [{ KeySpec: 'ECC_NIST_P256' }, { KeyUsage: 'SIGN_VERIFY' }]) {
      await fails('ValidationException', 'owner', 'CreateKey', half);
    }
  });
});

describe('an alias that moves', () => {
  test('stands for the new key, and a rule for what lies below it covers both', async () => {
    const [one, other] = [await makeKey('alias/received'), await makeKey('alias/received/2')];
    await succeeds('owner', 'CreateAlias', { AliasName: 'alias/received/1', TargetKeyId: one });
    const before = await dataKey('alias/received');
    await succeeds('owner', 'UpdateAlias', { AliasName: 'alias/received', TargetKeyId: other });
    const after = await dataKey('alias/received');
    assert.notEqual(before['KeyId'], after['KeyId']);
    for (const { KeyId, CiphertextBlob } of [before, after]) {
      const opening = { KeyId, CiphertextBlob, EncryptionContext: context };
      await succeeds('auditor', 'Decrypt', opening);
    }
    await fails('AccessDeniedException', 'detection', 'Decrypt', {
      ...before,
      Plaintext: undefined,
      EncryptionContext: context,
    });
  });

  test('can only be moved by who may touch the alias, the key it leaves and the key it goes to', async () => {
    const keyId = await makeKey('alias/received');
    await makeKey('alias/other');
    for (const [AliasName, TargetKeyId] of [
      ['alias/received', 'alias/other'],
      ['alias/other', keyId],
    ]) {
      await fails('AccessDeniedException', 'detection', 'UpdateAlias', { AliasName, TargetKeyId });
    }
    await fails('NotFoundException', 'owner', 'UpdateAlias', { AliasName: 'alias/none', TargetKeyId: keyId });
  });

  test('the rotations of a key are listed with their times', async () => {
    const keyId = await makeKey('alias/received');
    assert.deepEqual((await succeeds('owner', 'ListKeyRotations', { KeyId: keyId }))['Rotations'], []);
    nowMs += 1_000;
    await succeeds('owner', 'RotateKeyOnDemand', { KeyId: keyId });
    const { Rotations } = await succeeds('owner', 'ListKeyRotations', { KeyId: keyId });
    assert.deepEqual(Rotations, [{ KeyId: keyId, RotationDate: nowMs / 1000, RotationType: 'ON_DEMAND' }]);
  });
});

describe('ciphertexts', () => {
  test('a bit flipped in any byte is refused', async () => {
    const keyId = await makeKey('alias/received');
    const { CiphertextBlob } = await dataKey(keyId);
    const sealed = Buffer.from(String(CiphertextBlob), 'base64');
    for (const at of sealed.keys()) {
      const flipped = Buffer.from(sealed);
      flipped[at] = (sealed[at] ?? 0) ^ 1;
      const input = { KeyId: keyId, CiphertextBlob: flipped.toString('base64') };
      // Bytes 4 to 19 name the key, so a flip there names another one.
      const type = at >= 4 && at < 20 ? 'IncorrectKeyException' : 'InvalidCiphertextException';
      await fails(type, 'owner', 'Decrypt', { ...input, EncryptionContext: context });
    }
  });

  test('a ciphertext under another key is refused as such', async () => {
    const { CiphertextBlob } = await dataKey(await makeKey('alias/received'));
    const other = await makeKey('alias/other');
    const input = { KeyId: other, CiphertextBlob, EncryptionContext: context };
    await fails('IncorrectKeyException', 'owner', 'Decrypt', input);
  });

  test('the border between a name and its value in the context counts', async () => {
    const keyId = await makeKey('alias/received');
    const { CiphertextBlob } = await succeeds('owner', 'GenerateDataKey', {
      KeyId: keyId,
      KeySpec: 'AES_256',
      EncryptionContext: { ab: 'c' },
    });
    const input = { CiphertextBlob, EncryptionContext: { a: 'bc' } };
    await fails('InvalidCiphertextException', 'owner', 'Decrypt', input);
  });

  test('a ciphertext that names no key of this server is refused', async () => {
    for (const bytes of [Buffer.from('short'), Buffer.alloc(200)]) {
      const input = { CiphertextBlob: bytes.toString('base64') };
      await fails('InvalidCiphertextException', 'owner', 'Decrypt', input);
    }
  });
});

describe('malformed requests', () => {
  test('a body that is not JSON is refused', async () => {
    await fails('SerializationException', 'owner', 'ListKeys', '{');
    await fails('SerializationException', 'owner', 'ListKeys', '');
  });

  test('a missing, unknown or wrong field is named', async () => {
    const missing = await fails('ValidationException', 'owner', 'DescribeKey', {});
    assert.match(String(missing['message']), /KeyId/);
    const unknown = await fails('ValidationException', 'owner', 'ListKeys', { Limit: 1 });
    assert.match(String(unknown['message']), /Limit/);
    const wrong = await fails('ValidationException', 'owner', 'GenerateDataKey', {
      KeyId: 'x',
      KeySpec: 'AES_256',
      EncryptionContext: { name: 1 },
    });
    assert.match(String(wrong['message']), /EncryptionContext/);
    await fails('ValidationException', 'owner', 'ListKeys', []);
    await fails('ValidationException', 'owner', 'CreateAlias', { AliasName: 'x', TargetKeyId: 'x' });
  });

  test('an unknown operation is refused', async () => {
    await fails('UnknownOperationException', 'owner', 'ReplicateKey', {});
  });

  test('an alias can be given once only', async () => {
    const keyId = await makeKey('alias/received');
    const input = { AliasName: 'alias/received', TargetKeyId: keyId };
    await fails('AlreadyExistsException', 'owner', 'CreateAlias', input);
  });

  test('an unknown key is not found by any operation that names one', async () => {
    const blob = Buffer.alloc(60).toString('base64');
    const fields: Readonly<Record<string, object>> = {
      GenerateDataKey: { KeySpec: 'AES_256' },
      Decrypt: { CiphertextBlob: blob },
      Sign: { Message: blob, SigningAlgorithm: 'ECDSA_SHA_256' },
    };
    const keyless = ['CreateKey', 'CreateAlias', 'UpdateAlias', 'ListKeys', 'ListAliases'];
    for (const operation of operationNames.filter((name) => !keyless.includes(name))) {
      const input = { KeyId: 'alias/none', ...fields[operation] };
      await fails('NotFoundException', 'owner', operation, input);
    }
  });
});
