import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { tryLock, waitForLock } from './os-lock.ts';

test('a lock is held once, and again after its release', () => {
  const path = join(makeTempFolder('lock'), 'lock');
  const first = tryLock(path);
  assert.ok(first !== undefined);
  assert.equal(tryLock(path), undefined);
  first.release();
  const second = tryLock(path);
  assert.ok(second !== undefined);
  second.release();
});

test('a process killed with kill -9 does not keep its lock', async () => {
  const path = join(makeTempFolder('lock'), 'lock');
  const module = JSON.stringify(new URL('os-lock.ts', import.meta.url).href);
  const script = `const { tryLock } = await import(${module}); globalThis.lock = tryLock(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(owner.stdout, 'data');
  assert.equal(tryLock(path), undefined);
  owner.kill('SIGKILL');
  const lock = await waitForLock(path, { deadlineMs: 10_000, onWait: () => undefined });
  assert.ok(lock !== undefined);
  lock.release();
});
