import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./endless-model.fixture.ts', import.meta.url));

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a model that never comes back does not outlive who asked it', async () => {
  const asking = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = asking.pid ?? 0;
  await once(asking.stdout, 'data');
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const model = Number.parseInt(children, 10);
  assert.ok(isAlive(model));
  asking.kill('SIGKILL');
  const deadline = performance.now() + 10_000;
  while (isAlive(model) && performance.now() < deadline) await sleep(50);
  const outlived = isAlive(model);
  if (outlived) process.kill(model, 'SIGKILL');
  assert.equal(outlived, false);
});
