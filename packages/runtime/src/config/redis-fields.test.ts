import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { loadConfig } from './load-config.ts';
import { checkRedisFields, redisFields, redisTlsOf } from './redis-fields.ts';

const schema = z.object(redisFields).check(checkRedisFields);
const file = fileURLToPath(import.meta.url);
const load = (env: Readonly<Record<string, string>>) => loadConfig(schema, env, { secrets: ['REDIS_URL'] });

test('an authority or a certificate beside a plain url is refused, since nobody would look at it', () => {
  for (const REDIS_URL of ['redis://r:1', 'redis+cluster://r:1']) {
    assert.throws(() => load({ REDIS_URL, REDIS_TLS_CA_FILE: file }), /REDIS_URL: expected rediss/);
    assert.ok(load({ REDIS_URL }));
  }
  assert.ok(load({ REDIS_URL: 'rediss://r:1', REDIS_TLS_CA_FILE: file }));
});

test('a certificate needs its key', () => {
  assert.throws(() => load({ REDIS_URL: 'rediss://r:1', REDIS_TLS_CERT_FILE: file }), /REDIS_TLS_KEY_FILE/);
});

test('what is set is what the connection shows, and nothing else', () => {
  assert.deepEqual(redisTlsOf(load({ REDIS_URL: 'rediss://r:1' })), {});
  const shown = redisTlsOf(load({ REDIS_URL: 'rediss://r:1', REDIS_TLS_CA_FILE: file }));
  assert.deepEqual(Object.keys(shown), ['ca']);
});
