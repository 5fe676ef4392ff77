import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { readKekRef, type SealContext } from '@weir/envelope';
import { createKeyAdmin, ensureKeys } from '@weir/kms';
import { startLocalKms, type LocalKms } from '@weir/local-kms';
import { checkKmsFields, createMetrics, kmsFields, loadConfig, workerFields } from '@weir/runtime';
import { z } from 'zod';
import { connectKms, type KmsConnection } from './connect-kms.ts';

const region = 'eu-central-1';
const credentials = { accessKeyId: 'OWNER', secretAccessKey: 'secret-of-the-owner' };
const schema = z
  .object({ ...kmsFields, WEIR_ENVIRONMENT: workerFields.WEIR_ENVIRONMENT })
  .check(checkKmsFields);
const context: SealContext = {
  tenant: 'demo',
  environment: 'local',
  stream: 'received',
  key: 'k',
  id: 'i',
  type: 't',
  dataSchema: 's',
  time: '2026-01-02T03:04:05.678Z',
};

let folder: string;
let server: LocalKms;
let [first, second] = ['', ''];
let keysFile: string;
let metrics: ReturnType<typeof createMetrics>;
let kms: KmsConnection;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-connections-'));
  server = await startLocalKms({
    port: 0,
    keyFile: join(folder, 'kms.json'),
    callers: [{ ...credentials, name: 'owner', allow: [{ operations: ['*'], keys: ['*'] }] }],
    log: () => undefined,
  });
  const aliases = ['alias/one', 'alias/two'];
  const arns = await ensureKeys({ endpoint: server.endpoint, region, credentials, aliases });
  [first, second] = aliases.map((alias) => arns[alias] ?? '') as [string, string];
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  keysFile = join(folder, 'keys.json');
  writeFileSync(keysFile, JSON.stringify({ received: [first] }));
  const env = {
    KMS_ENDPOINT: server.endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    KMS_KEYS_FILE: keysFile,
  };
  metrics = createMetrics({ service: 'test' });
  kms = connectKms(loadConfig(schema, env, { secrets: [] }), metrics);
});
afterEach(() => kms.close());

const opens = async (sealed: Buffer): Promise<string> => {
  const [outcome] = await kms.opener.open([{ sealed, context }]);
  return outcome?.ok === true ? outcome.plaintext.toString() : (outcome?.reason ?? 'nothing');
};
const metric = async (name: string): Promise<number> =>
  Number(new RegExp(`^weir_${name}\\{[^}]*\\} (\\d+)$`, 'm').exec(await metrics.text())?.[1]);

test('a reload has every sealer use the key that the file names first, and the opener take all of them', async () => {
  const sealer = kms.sealerFor('received');
  const seal = async (text: string): Promise<Buffer> => {
    const [sealed] = await sealer.seal([{ plaintext: Buffer.from(text), context }]);
    return sealed ?? assert.fail();
  };
  const before = await seal('a');
  assert.deepEqual([readKekRef(before), await metric('kms_roll_overs_total')], [first, 0]);
  writeFileSync(keysFile, JSON.stringify({ received: [second, first] }));
  kms.reload();
  const after = await seal('b');
  assert.equal(readKekRef(after), second);
  assert.deepEqual([await opens(before), await opens(after)], ['a', 'b']);
  assert.equal(await metric('kms_roll_overs_total'), 1);

  writeFileSync(keysFile, JSON.stringify({ received: [second] }));
  kms.reload();
  assert.equal(await opens(before), 'key_not_allowed');
});

test('a broken file keeps the keys as they were, and says so until a good one is read', async () => {
  const sealer = kms.sealerFor('received');
  for (const broken of ['{"received":', '{}', JSON.stringify({ held: [first] })]) {
    writeFileSync(keysFile, broken);
    assert.throws(kms.reload, { code: 'config_invalid' });
    assert.deepEqual(kms.problems(), [{ part: 'keys', reason: 'file_refused' }]);
    assert.equal(await metric('kms_keys_file_refused'), 1);
    const [sealed] = await sealer.seal([{ plaintext: Buffer.from('a'), context }]);
    assert.equal(readKekRef(sealed ?? Buffer.of()), first);
    assert.equal(await opens(sealed ?? Buffer.of()), 'a');
  }
  writeFileSync(keysFile, JSON.stringify({ received: [second] }));
  kms.reload();
  assert.deepEqual([kms.problems(), await metric('kms_keys_file_refused')], [[], 0]);
});

test('a file that has lost a stream is refused, since its records would pass for foreign ones', async () => {
  const both = { received: [first], held: [second] };
  writeFileSync(keysFile, JSON.stringify(both));
  kms.reload();
  writeFileSync(keysFile, JSON.stringify({ received: [first] }));
  assert.throws(kms.reload, { code: 'config_invalid', message: /"held"/ });
  writeFileSync(keysFile, JSON.stringify(both));
  kms.reload();
  assert.deepEqual(kms.problems(), []);
});

test('batches that are sealed and opened while keys roll over all succeed', async () => {
  const sealer = kms.sealerFor('received');
  const items = Array.from({ length: 50 }, (_, index) => ({ plaintext: Buffer.from(`${index}`), context }));
  const batches = Array.from({ length: 40 }, async (_, round) => {
    if (round % 10 === 5) {
      writeFileSync(
        keysFile,
        JSON.stringify({ received: round % 20 === 5 ? [second, first] : [first, second] }),
      );
      kms.reload();
    }
    const sealed = await sealer.seal(items);
    const outcomes = await kms.opener.open(sealed.map((bytes) => ({ sealed: bytes, context })));
    return outcomes.filter(({ ok }) => ok).length;
  });
  assert.deepEqual(await Promise.all(batches), Array(40).fill(50));
});

test('a key that was disabled opens nothing more after a reload, although its data keys were cached', async () => {
  const sealer = kms.sealerFor('received');
  const [sealed] = await sealer.seal([{ plaintext: Buffer.from('a'), context }]);
  assert.equal(await opens(sealed ?? Buffer.of()), 'a');
  const admin = createKeyAdmin({ endpoint: server.endpoint, region, credentials });
  try {
    await admin.disable(first);
    assert.equal(await opens(sealed ?? Buffer.of()), 'a');
    kms.reload();
    await assert.rejects(opens(sealed ?? Buffer.of()), { code: 'kms_key_disabled' });
    await assert.rejects(sealer.seal([{ plaintext: Buffer.from('b'), context }]), {
      code: 'kms_key_disabled',
    });
  } finally {
    admin.close();
  }
});
