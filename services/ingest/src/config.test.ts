import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { describeConfig, loadConfig } from '@weir/runtime';
import { ingestConfig } from './config.ts';
import { feedPortsOf } from './feed-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-ingest-config-'));
after(() => rmSync(folder, { recursive: true }));
const keyFile = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const arn = 'arn:aws:kms:eu-central-1:000000000000:key/11111111-2222-3333-4444-555555555555';
const shared = {
  KAFKA_BROKERS: '127.0.0.1:9092',
  AWS_REGION: 'eu-central-1',
  KMS_KEYS: JSON.stringify({ received: [arn], rejected: [arn] }),
  HTTP_PORT: '0',
};
const source = {
  ...shared,
  INPUT_FILE: 'payments.ndjson',
  TENANT: 'bank',
  SOURCE: 'payments',
  LEDGER_FILE: 'payments.ledger',
  INDEX_KEY_FILE: keyFile('index.key', `${Buffer.alloc(32, 1).toString('base64')}\n`),
  ROUTING_KEY_FILE: keyFile('routing.key', `${Buffer.alloc(32, 2).toString('base64')}\n`),
};
const load = (env: Record<string, string>) => loadConfig(ingestConfig, env, { secrets: [] });

test('a whole configuration loads, and every variable is described for the reference', () => {
  assert.equal(load(source).MODE, 'source');
  assert.equal(load({ ...shared, MODE: 'open-log' }).RULESET, 'starter@3');
  assert.match(describeConfig(ingestConfig), /UNTIL_EVENT_TIME/);
});

test('source mode names everything that is missing at once', () => {
  const message = (() => {
    try {
      load(shared);
    } catch (error) {
      return String(error);
    }
    return '';
  })();
  for (const name of [
    'INPUT_FILE',
    'TENANT',
    'SOURCE',
    'LEDGER_FILE',
    'INDEX_KEY_FILE',
    'ROUTING_KEY_FILE',
  ]) {
    assert.ok(message.includes(name), name);
  }
});

test('CSV without a mapping is a fault of the configuration, not of every line', () => {
  assert.throws(() => load({ ...source, INPUT_FILE: 'a.csv.gz' }), /MAPPING_FILE: is needed/);
});

test('a time without an offset is no bound', () => {
  assert.throws(() => load({ ...source, UNTIL_EVENT_TIME: '2018-04-08T00:00:00' }), /UNTIL_EVENT_TIME/);
  assert.equal(
    load({ ...source, UNTIL_EVENT_TIME: '2018-04-08T00:00:00Z' }).UNTIL_EVENT_TIME,
    Date.UTC(2018, 3, 8),
  );
});

test('a stream without a key to seal with is found at the start', () => {
  const KMS_KEYS = JSON.stringify({ received: [arn] });
  assert.throws(() => load({ ...source, KMS_KEYS }), /expected a key for the stream rejected/);
});

test('a key file that holds no base64 of 32 bytes is refused without being shown', () => {
  for (const content of [
    'hunter2',
    Buffer.alloc(31).toString('base64'),
    `${Buffer.alloc(32).toString('base64')}!`,
  ]) {
    const config = load({ ...source, INDEX_KEY_FILE: keyFile('wrong.key', content) });
    assert.throws(
      () => feedPortsOf(config),
      (error: Error) =>
        /INDEX_KEY_FILE: expected 32 bytes/.test(error.message) && !error.message.includes(content),
    );
  }
});

test('a door needs the keys of what it writes, and one that follows models theirs', () => {
  const keys = (...streams: string[]) =>
    JSON.stringify(Object.fromEntries(streams.map((stream) => [stream, [arn]])));
  const door = { ...source, MODE: 'serve', DOOR_PORT: '0', DOOR_TOKENS_FILE: 'tokens.json' };
  const some = keys('received', 'rejected', 'decisions', 'intake');
  assert.throws(() => load({ ...door, KMS_KEYS: some, FOLLOW_MODELS: 'false' }), /stream artefacts/);
  const KMS_KEYS = keys('received', 'rejected', 'decisions', 'artefacts', 'lists', 'intake');
  assert.throws(() => load({ ...door, KMS_KEYS }), /stream models/);
  assert.equal(load({ ...door, KMS_KEYS, FOLLOW_MODELS: 'false' }).FOLLOW_MODELS, 'false');
});

test('who decides about models is named, and a model by its name and version', () => {
  const KMS_KEYS = JSON.stringify(
    Object.fromEntries(['received', 'artefacts', 'models', 'intake'].map((stream) => [stream, [arn]])),
  );
  const decided = { ...shared, KMS_KEYS, ACTING_PERSON: 'ada' };
  assert.throws(() => load({ ...shared, KMS_KEYS, MODE: 'roll-back-model' }), /ACTING_PERSON/);
  assert.throws(() => load({ ...decided, MODE: 'activate-model' }), /MODEL: /);
  assert.throws(() => load({ ...decided, MODE: 'activate-model', MODEL: 'learned' }), /MODEL: /);
  assert.throws(() => load({ ...decided, MODE: 'model-policy', MODEL_POLICY: 'never' }), /MODEL_POLICY/);
  assert.equal(load({ ...decided, MODE: 'activate-model', MODEL: 'learned@7' }).MODEL, 'learned@7');
});
