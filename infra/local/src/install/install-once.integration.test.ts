import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { installOnce } from './install-once.ts';

function quiet(): void {
  // Progress is for people.
}

test('of several callers at once one installs and all get the folder', async () => {
  const home = makeTempFolder('install');
  let fills = 0;
  const fill = async (folder: string): Promise<void> => {
    fills += 1;
    // Somebody else gets a turn while the folder is half filled.
    await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(join(folder, 'part'), 'whole');
  };
  const install = () => installOnce({ home, name: 'part-1', onProgress: quiet, fill });
  const folders = await Promise.all([install(), install(), install()]);
  assert.equal(fills, 1);
  for (const folder of folders) assert.equal(readFileSync(join(folder, 'part'), 'utf8'), 'whole');
});

test('an installation that failed leaves nothing that looks installed, and is done again', async () => {
  const home = makeTempFolder('install');
  const install = (fill: (folder: string) => Promise<void>) =>
    installOnce({ home, name: 'part-1', onProgress: quiet, fill });
  await assert.rejects(
    install(async (folder) => {
      writeFileSync(join(folder, 'half'), '');
      throw new Error('the network went away');
    }),
  );
  assert.equal(existsSync(join(home, 'lib', 'part-1')), false);
  const folder = await install(async (target) => writeFileSync(join(target, 'part'), ''));
  assert.deepEqual(readdirSync(folder), ['part']);
});

test('what an interrupted installation left is cleared away by the next', async () => {
  const home = makeTempFolder('install');
  mkdirSync(join(home, 'lib', 'part-1.partial-abc'), { recursive: true });
  await installOnce({ home, name: 'part-1', onProgress: quiet, fill: async () => undefined });
  assert.deepEqual(readdirSync(join(home, 'lib')).toSorted(), ['part-1', 'part-1.lock']);
});
