import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { KeyProvider } from '@weir/envelope';
import { type LocalKms, startLocalKms } from '@weir/local-kms';
import { type AwsKeyProvider, createAwsKeyProvider } from './aws-key-provider.ts';
import { ensureKeys } from './ensure-keys.ts';
import { type KeyCall, withMetrics } from './with-metrics.ts';
import { withRetry } from './with-retry.ts';

const credentials = { accessKeyId: 'OWNER', secretAccessKey: 'secret-of-the-owner' };
const region = 'eu-west-1';
const alias = 'alias/received';
const request = { keyId: alias, encryptionContext: { app: 'weir' } };
const attempts = 3;

let directory: string;
let kms: LocalKms;
let direct: AwsKeyProvider;
let provider: KeyProvider;
let tried: KeyCall[];

function startKms(port: number): Promise<LocalKms> {
  return startLocalKms({
    port,
    keyFile: join(directory, 'keys.json'),
    callers: [{ ...credentials, name: 'owner', allow: [{ operations: ['*'], keys: ['*'] }] }],
    log: () => undefined,
  });
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-kms-'));
  kms = await startKms(0);
  await ensureKeys({ endpoint: kms.endpoint, region, credentials, aliases: [alias] });
  direct = createAwsKeyProvider({
    endpoint: kms.endpoint,
    region,
    credentials,
    requestTimeoutMs: 5_000,
  });
  tried = [];
  const measured = withMetrics(direct, (call) => tried.push(call));
  const random = () => 0.5;
  provider = withRetry(measured, { attempts, baseDelayMs: 1, maxDelayMs: 4, sleep: delay, random });
});
afterEach(async () => {
  direct.close();
  await kms.close();
  await rm(directory, { recursive: true });
});

const outcomes = () => tried.map((call) => call.outcome);

test('a KMS that answers with failures is given up after the allowed attempts and used again afterwards', async () => {
  const made = await provider.generateDataKey(request);
  tried = [];
  kms.setUnavailable(true);
  await assert.rejects(provider.decrypt({ ...request, wrapped: made.wrapped }), {
    code: 'kms_unavailable',
  });
  assert.deepEqual(outcomes(), Array(attempts).fill('kms_unavailable'));
  kms.setUnavailable(false);
  const opened = await provider.decrypt({ ...request, wrapped: made.wrapped });
  assert.equal(opened.equals(made.key), true);
});

test('a KMS that comes back between two attempts is not noticed', async () => {
  kms.setUnavailable(true);
  const returning = withRetry(direct, {
    attempts: 2,
    baseDelayMs: 1,
    maxDelayMs: 1,
    random: () => 0,
    sleep: async () => {
      kms.setUnavailable(false);
    },
  });
  assert.equal((await returning.generateDataKey(request)).key.symmetricKeySize, 32);
});

test('a KMS that is gone is given up, and after its restart opens what it wrapped before', async () => {
  const made = await provider.generateDataKey(request);
  tried = [];
  await kms.close();
  await assert.rejects(provider.generateDataKey(request), { code: 'kms_unavailable' });
  assert.deepEqual(outcomes(), Array(attempts).fill('kms_unavailable'));
  kms = await startKms(kms.port);
  const opened = await provider.decrypt({ ...request, wrapped: made.wrapped });
  assert.equal(opened.equals(made.key), true);
});
