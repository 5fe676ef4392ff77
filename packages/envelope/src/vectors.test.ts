import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createOpener, createPartitioner, createPseudonymizer } from './index.ts';
import type { SealContext } from './index.ts';
import { sealWith } from './seal-record.ts';

type Vectors = {
  sealed: {
    name: string;
    dataKey: string;
    dekId: string;
    kekRef: string;
    wrapped: string;
    nonce: string;
    context: SealContext;
    plaintext: string;
    sealed: string;
  }[];
  pseudonyms: {
    indexKey: string;
    version: number;
    purpose: string;
    tenant: string;
    value: string;
    pseudonym: string;
  }[];
  partitions: {
    routingKey: string;
    partitionCount: number;
    tenant: string;
    account: string;
    partition: number;
  }[];
};

const vectors = JSON.parse(readFileSync(new URL('../vectors/v1.json', import.meta.url), 'utf8')) as Vectors;
const secret = (hex: string) => createSecretKey(Buffer.from(hex, 'hex'));

test('the vectors hold every kind of entry', () => {
  assert.deepEqual([vectors.sealed.length, vectors.pseudonyms.length, vectors.partitions.length], [6, 5, 12]);
});

for (const vector of vectors.sealed) {
  test(`sealing ${vector.name} gives the bytes an independent implementation gave`, () => {
    const sealed = sealWith({
      dataKey: secret(vector.dataKey),
      dekId: Buffer.from(vector.dekId, 'hex'),
      kekRef: vector.kekRef,
      wrapped: Buffer.from(vector.wrapped, 'hex'),
      nonce: Buffer.from(vector.nonce, 'hex'),
      context: vector.context,
      plaintext: Buffer.from(vector.plaintext, 'hex'),
    });
    assert.equal(sealed.toString('hex'), vector.sealed);
  });

  test(`what an independent implementation sealed opens: ${vector.name}`, async () => {
    const asked: unknown[] = [];
    const opener = createOpener({
      keyProvider: {
        generateDataKey: () => Promise.reject(new Error('an opener generates no key')),
        decrypt: async (request) => {
          asked.push({ ...request, wrapped: Buffer.from(request.wrapped).toString('hex') });
          return secret(vector.dataKey);
        },
      },
      app: 'weir',
      environment: vector.context.environment,
      allowedKeyIds: () => new Set([vector.kekRef]),
      nowMs: () => 0,
    });
    const outcomes = await opener.open([
      { sealed: Buffer.from(vector.sealed, 'hex'), context: vector.context },
    ]);
    assert.deepEqual(outcomes, [{ ok: true, plaintext: Buffer.from(vector.plaintext, 'hex') }]);
    assert.deepEqual(asked, [
      {
        keyId: vector.kekRef,
        wrapped: vector.wrapped,
        encryptionContext: {
          app: 'weir',
          environment: vector.context.environment,
          stream: vector.context.stream,
          dekId: Buffer.from(vector.dekId, 'hex').toString('base64url'),
        },
      },
    ]);
  });
}

test('pseudonyms are those an independent implementation gave', () => {
  for (const { indexKey, version, purpose, tenant, value, pseudonym } of vectors.pseudonyms) {
    const pseudonymOf = createPseudonymizer({ indexKey: secret(indexKey), version });
    assert.equal(pseudonymOf(purpose, tenant, value), pseudonym);
  }
});

test('partitions are those an independent implementation gave', () => {
  for (const { routingKey, partitionCount, tenant, account, partition } of vectors.partitions) {
    const partitionOf = createPartitioner({ routingKey: secret(routingKey), partitionCount });
    assert.equal(partitionOf(tenant, account), partition);
  }
});
