import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRecentEnough } from '../redis/install-redis.ts';
import { isLoopbackHost } from '../inbox/inbox-http.ts';
import { choosePorts } from './choose-ports.ts';
import { checkHome, javaVersion } from './preflight.ts';

test('a disk without room is told in one sentence that says what to do', () => {
  const home = mkdtempSync(join(tmpdir(), 'weir-home-'));
  try {
    assert.throws(() => checkHome(home, () => 300 * 1024 ** 2), {
      code: 'disk_full',
      message: `Only 300 MB are free where ${home} is: free 1 GB, or set WEIR_HOME to another disk.`,
    });
    checkHome(home, () => 1024 ** 3);
  } finally {
    rmSync(home, { recursive: true });
  }
});

test('ports have fixed defaults, and a variable of their own to change them', async () => {
  const ports = await choosePorts({ WEIR_PORT_KAFKA: '19999', WEIR_PORT_KAFKA_CONTROLLER: '' });
  assert.equal(ports.kafka, 19999);
  assert.equal(ports.kafkaController, 19093);
  assert.equal(ports.redis, 16379);
});

test('ports are counted up from WEIR_PORT_BASE', async () => {
  const ports = await choosePorts({ WEIR_PORT_BASE: '25000' });
  assert.deepEqual([ports.kafka, ports.kafkaController, ports.redis], [25000, 25001, 25002]);
});

test('a variable that is no port, and two parts on one port, are refused by name', async () => {
  await assert.rejects(choosePorts({ WEIR_PORT_REDIS: '80x' }), /^LocalError: WEIR_PORT_REDIS is not a port/);
  await assert.rejects(choosePorts({ WEIR_PORT_REDIS: '99999' }), { code: 'port_invalid' });
  await assert.rejects(
    choosePorts({ WEIR_PORT_REDIS: '19092' }),
    /WEIR_PORT_REDIS and WEIR_PORT_KAFKA are both/,
  );
});

test('the version of Java is read from both of its spellings', () => {
  assert.equal(javaVersion('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime'), 17);
  assert.equal(javaVersion('java version "1.8.0_392"'), 8);
  assert.equal(javaVersion('openjdk version "25" 2025-09-16'), 25);
  assert.equal(javaVersion('command not found'), undefined);
});

test('a redis-server older than 6.2 is not used', () => {
  assert.equal(isRecentEnough('Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0'), true);
  assert.equal(isRecentEnough('Redis server v=6.2.11 sha=00000000:0'), true);
  assert.equal(isRecentEnough('Redis server v=6.0.16 sha=00000000:0'), false);
  assert.equal(isRecentEnough('something else'), false);
});

test('only names of this machine count as the inbox', () => {
  assert.equal(isLoopbackHost('127.0.0.1:11080'), true);
  assert.equal(isLoopbackHost('localhost'), true);
  assert.equal(isLoopbackHost('127.0.0.1.evil.example'), false);
  assert.equal(isLoopbackHost(undefined), false);
});
