import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { packageOf, summariseProfiles } from './cpu-profile.ts';

const frame = (functionName: string, url: string, lineNumber = 0) => ({ functionName, url, lineNumber });

test('a function belongs to the library, workspace or part of Node its file lies in', () => {
  const owner = (url: string, functionName = 'f') => packageOf({ url, functionName });
  assert.equal(owner('file:///repo/node_modules/kafkajs/src/index.js'), 'kafkajs');
  assert.equal(owner('file:///repo/node_modules/@aws-sdk/client-kms/a.js'), '@aws-sdk/client-kms');
  assert.equal(owner('file:///repo/node_modules/a/node_modules/b/c.js'), 'b');
  assert.equal(owner('file:///repo/packages/windows/src/x.ts'), 'packages/windows');
  assert.equal(owner('file:///repo/services/detection/src/x.ts'), 'services/detection');
  assert.equal(owner('node:buffer'), 'node');
  assert.equal(owner('', '(garbage collector)'), '(garbage collector)');
  assert.equal(owner('', 'writeBuffer'), 'native');
});

test('self time is added up over all profiles of a folder, and idle time is left out', () => {
  const folder = makeTempFolder('profile');
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('work', 'file:///repo/packages/windows/src/a.ts', 9) },
      { id: 2, callFrame: frame('(idle)', '') },
      { id: 3, callFrame: frame('encode', 'file:///repo/node_modules/kafkajs/src/b.js', 4) },
    ],
    samples: [1, 2, 3, 1],
    timeDeltas: [1_000, 9_000, 1_000, 1_000],
  };
  for (const name of ['one', 'two'])
    writeFileSync(join(folder, `${name}.cpuprofile`), JSON.stringify(profile));
  const { busyMs, packages, functions } = summariseProfiles(folder);
  assert.equal(busyMs, 6);
  assert.deepEqual(
    packages.map(({ name, selfMs }) => [name, selfMs]),
    [
      ['packages/windows', 4],
      ['kafkajs', 2],
    ],
  );
  assert.equal(functions[0]?.name, 'packages/windows work a.ts:10');
});
