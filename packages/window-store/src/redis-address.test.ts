import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCode } from './fixtures/with-code.ts';
import { readRedisAddress } from './redis-address.ts';

test('one redis:// or rediss:// url is a server, whatever its password holds', () => {
  for (const url of ['redis://127.0.0.1:6380/2', 'rediss://user:pa,ss@redis.example', 'redis://[::1]:1'])
    assert.deepEqual(readRedisAddress(url), { kind: 'server', url, tls: url.startsWith('rediss:') });
});

test("redis+cluster:// urls are nodes of one cluster, entered with the first one's password", () => {
  assert.deepEqual(readRedisAddress('redis+cluster://a:7000, redis+cluster://b,redis+cluster://[::1]:2'), {
    kind: 'cluster',
    nodes: [
      { host: 'a', port: 7_000 },
      { host: 'b', port: 6_379 },
      { host: '::1', port: 2 },
    ],
    tls: false,
    username: '',
    password: '',
  });
  assert.deepEqual(readRedisAddress('rediss+cluster://weir:s%2Ccret@a:1,rediss+cluster://b:2'), {
    kind: 'cluster',
    nodes: [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ],
    tls: true,
    username: 'weir',
    password: 's,cret',
  });
});

test('anything else is a mistake in the configuration, which is not repeated', () => {
  for (const text of [
    '',
    '/tmp/redis.sock',
    'http://s3cret',
    's3cret:6379',
    'redis://s3cret,redis://b',
    'redis+cluster://s3cret,redis://b',
    'redis+cluster://s3cret,rediss+cluster://b',
    'redis+cluster://s3cret,',
    'redis+cluster://',
    'redis+cluster://weir:s3cret@a:7000/2',
    'redis+cluster://a:7000,redis+cluster://b:7000/s3cret',
    'redis+cluster://a:7000?s3cret',
    'redis+cluster://weir:s3cret%zz@a:7000',
    'redis+cluster://we%ir:s3cret@a:7000',
    'redis://weir:s3cret%@a:7000',
  ]) {
    assert.throws(
      () => readRedisAddress(text),
      (error) => withCode('config_invalid')(error) && !(error as Error).message.includes('s3cret'),
      text,
    );
  }
});
