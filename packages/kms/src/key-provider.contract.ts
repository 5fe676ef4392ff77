import assert from 'node:assert/strict';
import { createHash, verify } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  CancelKeyDeletionCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  type KMSClient,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
} from '@aws-sdk/client-kms';
import { type ErrorCode, WeirError } from '@weir/contracts';
import type { KeyProvider } from '@weir/envelope';
import { type AwsKeyProvider, createAwsKeyProvider } from './aws-key-provider.ts';
import { type AwsSigner, createAwsSigner } from './aws-signer.ts';
import { ensureKeys, ensureSigningKey } from './ensure-keys.ts';
import { createKeyAdmin } from './key-admin.ts';
import { createKmsClient, type KmsAccess } from './kms-client.ts';

type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** A running KMS to hold to the contract. */
export type KmsUnderTest = {
  readonly endpoint: string;
  /** May do everything. */
  readonly owner: Credentials;
  /** May do nothing. */
  readonly stranger: Credentials;
  readonly stop: () => Promise<void>;
};

/** What each of these has to be refused with. */
const rightAnswers = {
  'bytes that never were a wrapped key': 'kms_ciphertext_invalid',
  'a wrapped key under another key': 'kms_ciphertext_invalid',
  'a disabled key': 'kms_key_disabled',
  'a key pending deletion': 'kms_key_pending_deletion',
  'a caller without permission': 'kms_denied',
  'a signature by a key that wraps': 'kms_denied',
  'a data key of a key that signs': 'kms_denied',
  'a signature by a disabled key': 'kms_key_disabled',
  'a signature by a key pending deletion': 'kms_key_pending_deletion',
  'a signature for a caller without permission': 'kms_denied',
  'the public key of a key that wraps': 'kms_denied',
} as const satisfies Readonly<Record<string, ErrorCode>>;

type Refused = keyof typeof rightAnswers;

/** Where a KMS is known to be wrong, and how. It is asserted, so the suite goes red once it is mended. */
export type Deviations = Readonly<Partial<Record<Refused, ErrorCode | 'accepted'>>> & {
  readonly 'the digest of a message'?: 'hashed again';
};

const region = 'eu-west-1';
const requestTimeoutMs = 10_000;
const context = { app: 'weir', environment: 'test', stream: 'transactions', dekId: 'AAAA' };
const aliases = {
  first: 'alias/contract/first',
  second: 'alias/contract/second',
  disabled: 'alias/contract/disabled',
  deleted: 'alias/contract/deleted',
  rotated: 'alias/contract/rotated',
};
const signingAliases = {
  signing: 'alias/contract/signing',
  disabled: 'alias/contract/signing-disabled',
  deleted: 'alias/contract/signing-deleted',
};

/** What the envelope relies on, whichever KMS answers. `start` is called once. */
export function keyProviderContract(
  name: string,
  start: () => Promise<KmsUnderTest>,
  deviations: Deviations = {},
): void {
  describe(`the key-provider contract on ${name}`, { timeout: 180_000 }, () => {
    let kms: KmsUnderTest;
    let provider: AwsKeyProvider;
    let unpermitted: AwsKeyProvider;
    let admin: KMSClient;
    let arns: Record<string, string>;
    let access: KmsAccess;
    const signers: AwsSigner[] = [];

    before(async () => {
      kms = await start();
      access = { endpoint: kms.endpoint, region, credentials: kms.owner };
      arns = { ...(await ensureKeys({ ...access, aliases: Object.values(aliases) })) };
      for (const alias of Object.values(signingAliases)) {
        arns[alias] = await ensureSigningKey({ ...access, alias });
      }
      provider = createAwsKeyProvider({ ...access, requestTimeoutMs });
      unpermitted = createAwsKeyProvider({
        ...access,
        credentials: kms.stranger,
        requestTimeoutMs,
      });
      admin = createKmsClient(access);
    });
    after(async () => {
      provider.close();
      unpermitted.close();
      for (const signer of signers) signer.close();
      admin.destroy();
      await kms.stop();
    });

    // The admin calls of moto take the bare id only.
    const idOf = (alias: string) => arns[alias]?.split('/')[1];
    const generate = (keyId: string) => provider.generateDataKey({ keyId, encryptionContext: context });

    const signerOf = (alias: string, credentials = kms.owner): AwsSigner => {
      // moto finds a key to sign with by its id or ARN only.
      const signer = createAwsSigner({ access: { ...access, credentials }, keyId: arns[alias] ?? alias });
      signers.push(signer);
      return signer;
    };

    test('a data key has 32 secret bytes and names its key by ARN', async () => {
      const made = await generate(aliases.first);
      assert.equal(made.key.type, 'secret');
      assert.equal(made.key.symmetricKeySize, 32);
      assert.equal(made.keyId, arns[aliases.first]);
      assert.match(made.keyId, /^arn:aws:kms:eu-west-1:\d{12}:key\//);
    });

    test('two data keys differ', async () => {
      const [one, other] = [await generate(aliases.first), await generate(aliases.first)];
      assert.equal(one.key.equals(other.key), false);
      assert.notDeepEqual(one.wrapped, other.wrapped);
    });

    test('a wrapped key opens under its ARN, whatever the order of the context', async () => {
      const { keyId, key, wrapped } = await generate(aliases.first);
      const reversed = Object.fromEntries(Object.entries(context).reverse());
      const opened = await provider.decrypt({ keyId, wrapped, encryptionContext: reversed });
      assert.equal(opened.equals(key), true);
    });

    test('a wrapped key opens under the alias of its key', async () => {
      const { key, wrapped } = await generate(aliases.first);
      const keyId = aliases.first;
      const opened = await provider.decrypt({ keyId, wrapped, encryptionContext: context });
      assert.equal(opened.equals(key), true);
    });

    for (const [title, encryptionContext] of [
      ['another value', { ...context, stream: 'decisions' }],
      ['a name less', { app: 'weir' }],
      ['a name more', { ...context, more: 'x' }],
      ['nothing', {}],
    ] as const) {
      test(`a wrapped key does not open with ${title} in the context`, async () => {
        const { keyId, wrapped } = await generate(aliases.first);
        await rejectsWith('kms_ciphertext_invalid', () =>
          provider.decrypt({ keyId, wrapped, encryptionContext }),
        );
      });
    }

    test('a wrapped key with a flipped last bit does not open', async () => {
      const { keyId, wrapped } = await generate(aliases.first);
      const flipped = Uint8Array.from(wrapped);
      flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
      await rejectsWith('kms_ciphertext_invalid', () =>
        provider.decrypt({ keyId, wrapped: flipped, encryptionContext: context }),
      );
    });

    test('an unknown key can neither make nor open a data key', async () => {
      const { wrapped } = await generate(aliases.first);
      const unknown = 'alias/contract/unknown';
      await rejectsWith('kms_key_not_found', () => generate(unknown));
      await rejectsWith('kms_key_not_found', () =>
        provider.decrypt({ keyId: unknown, wrapped, encryptionContext: context }),
      );
    });

    /** Declares that every request `arrange` comes back with is refused, or deviates as declared. */
    const refuses = (what: Refused, arrange: () => Promise<readonly (() => Promise<unknown>)[]>): void => {
      const deviation = deviations[what];
      const outcome = deviation ?? rightAnswers[what];
      const title = `${what} is ${outcome === 'accepted' ? outcome : `refused with ${outcome}`}`;
      test(deviation === undefined ? title : `known to be wrong: ${title}`, async () => {
        for (const request of await arrange()) {
          if (outcome === 'accepted') await assert.doesNotReject(request);
          else await rejectsWith(outcome, request);
        }
      });
    };
    const bothCalls = async (keyId: string, of: () => KeyProvider) => {
      const { wrapped } = await generate(keyId);
      return [
        () => of().generateDataKey({ keyId, encryptionContext: context }),
        () => of().decrypt({ keyId, wrapped, encryptionContext: context }),
      ];
    };

    refuses('bytes that never were a wrapped key', async () => {
      const request = { keyId: aliases.first, encryptionContext: context };
      return [() => provider.decrypt({ ...request, wrapped: new Uint8Array(200) })];
    });

    refuses('a wrapped key under another key', async () => {
      const { wrapped } = await generate(aliases.first);
      const request = { keyId: aliases.second, encryptionContext: context };
      return [() => provider.decrypt({ ...request, wrapped })];
    });

    refuses('a disabled key', async () => {
      const requests = await bothCalls(aliases.disabled, () => provider);
      await admin.send(new DisableKeyCommand({ KeyId: idOf(aliases.disabled) }));
      return requests;
    });

    refuses('a key pending deletion', async () => {
      const requests = await bothCalls(aliases.deleted, () => provider);
      await admin.send(new ScheduleKeyDeletionCommand({ KeyId: idOf(aliases.deleted) }));
      return requests;
    });

    refuses('a caller without permission', () => bothCalls(aliases.first, () => unpermitted));

    test('a key that was disabled opens what it wrapped once it is enabled again', async () => {
      const { keyId, key, wrapped } = await generate(aliases.second);
      await admin.send(new DisableKeyCommand({ KeyId: idOf(aliases.second) }));
      await admin.send(new EnableKeyCommand({ KeyId: idOf(aliases.second) }));
      const opened = await provider.decrypt({ keyId, wrapped, encryptionContext: context });
      assert.equal(opened.equals(key), true);
    });

    test('a key whose deletion was cancelled works once it is enabled', async () => {
      const { keyId, key, wrapped } = await generate(aliases.second);
      const KeyId = idOf(aliases.second);
      await admin.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
      await admin.send(new CancelKeyDeletionCommand({ KeyId }));
      await admin.send(new EnableKeyCommand({ KeyId }));
      const opened = await provider.decrypt({ keyId, wrapped, encryptionContext: context });
      assert.equal(opened.equals(key), true);
    });

    test('what was wrapped before a rotation opens after it', async () => {
      const before = await generate(aliases.rotated);
      await admin.send(new RotateKeyOnDemandCommand({ KeyId: before.keyId }));
      const afterwards = await generate(aliases.rotated);
      assert.equal(afterwards.keyId, before.keyId);
      for (const { keyId, key, wrapped } of [before, afterwards]) {
        const opened = await provider.decrypt({ keyId, wrapped, encryptionContext: context });
        assert.equal(opened.equals(key), true);
      }
    });

    const digestOf = (message: Uint8Array) => createHash('sha256').update(message).digest();
    const hashesAgain = deviations['the digest of a message'] !== undefined;
    const wrongly = hashesAgain ? 'known to be wrong, and checked as a hash of the hash: ' : '';
    /** What a signature over the digest of a message has to be checked against. */
    const signedAs = (message: Uint8Array) => (hashesAgain ? digestOf(message) : message);

    test(`${wrongly}a signature of a message of any length is checked with the public key alone`, async () => {
      const signer = signerOf(signingAliases.signing);
      const publicKey = await signer.publicKeyPem();
      assert.match(publicKey, /^-----BEGIN PUBLIC KEY-----/);
      for (const message of [Buffer.from('x'), Buffer.alloc(10_000, 7)]) {
        const signature = await signer.sign(message);
        assert.equal(verify('sha256', signedAs(message), publicKey, signature), true);
        assert.equal(verify('sha256', Buffer.from('y'), publicKey, signature), false);
      }
    });

    test(`${wrongly}signing a message and signing its digest come to the same`, async () => {
      const publicKey = await signerOf(signingAliases.signing).publicKeyPem();
      const message = Buffer.from('a checkpoint');
      for (const [MessageType, Message, signed] of [
        ['RAW', message, message],
        ['DIGEST', digestOf(message), signedAs(message)],
      ] as const) {
        const KeyId = arns[signingAliases.signing];
        const signing = { KeyId, Message, MessageType, SigningAlgorithm: 'ECDSA_SHA_256' } as const;
        const { Signature } = await admin.send(new SignCommand(signing));
        assert.ok(Signature);
        assert.equal(verify('sha256', signed, publicKey, Signature), true, MessageType);
      }
    });

    refuses('a signature by a key that wraps', async () => [
      () => signerOf(aliases.first).sign(new Uint8Array(1)),
    ]);
    refuses('the public key of a key that wraps', async () => [() => signerOf(aliases.first).publicKeyPem()]);
    refuses('a data key of a key that signs', async () => [
      () => generate(arns[signingAliases.signing] ?? ''),
    ]);
    refuses('a signature by a disabled key', async () => {
      await admin.send(new DisableKeyCommand({ KeyId: idOf(signingAliases.disabled) }));
      return [() => signerOf(signingAliases.disabled).sign(new Uint8Array(1))];
    });
    refuses('a signature by a key pending deletion', async () => {
      await admin.send(new ScheduleKeyDeletionCommand({ KeyId: idOf(signingAliases.deleted) }));
      return [() => signerOf(signingAliases.deleted).sign(new Uint8Array(1))];
    });
    refuses('a signature for a caller without permission', async () => [
      () => signerOf(signingAliases.signing, kms.stranger).sign(new Uint8Array(1)),
    ]);

    test('who looks after keys can list, rotate, move and disable them', async () => {
      const keys = createKeyAdmin(access);
      try {
        const made = await keys.create('alias/contract/kept/1');
        await keys.addAlias('alias/contract/kept', made);
        await keys.rotate(made);
        assert.equal((await keys.rotationsOf(made)).length, 1);
        const next = await keys.create('alias/contract/kept/2');
        await keys.moveAlias('alias/contract/kept', next);
        await keys.disable(made);
        const listed = await keys.keysUnder('alias/contract/kept');
        assert.deepEqual(
          listed.map(({ arn, state, aliases: names }) => [arn, state, names]).toSorted(),
          [
            [made, 'Disabled', ['alias/contract/kept/1']],
            [next, 'Enabled', ['alias/contract/kept', 'alias/contract/kept/2']],
          ].toSorted(),
        );
        assert.equal((await generate('alias/contract/kept')).keyId, next);
      } finally {
        keys.close();
      }
    });

    test('making sure of keys that exist changes nothing', async () => {
      const again = await ensureKeys({ ...access, aliases: Object.values(aliases) });
      for (const [alias, arn] of Object.entries(again)) assert.equal(arn, arns[alias]);
      for (const alias of Object.values(signingAliases)) {
        assert.equal(await ensureSigningKey({ ...access, alias }), arns[alias]);
      }
    });
  });
}

async function rejectsWith(code: ErrorCode, request: () => Promise<unknown>): Promise<void> {
  await assert.rejects(request, (error) => {
    assert.ok(error instanceof WeirError, String(error));
    assert.equal(error.code, code);
    return true;
  });
}
