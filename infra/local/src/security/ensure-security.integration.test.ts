import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { ensureSecurity } from './ensure-security.ts';

test('a second start issues new certificates, but for what a broker that runs shows to itself', async () => {
  const home = makeTempFolder('security');
  const folder = join(home, 'parties');
  const made = async (): Promise<Readonly<Record<'inner' | 'detection', readonly string[]>>> => {
    const { folderOf } = await ensureSecurity({ home, folder });
    const texts = (of: string): string[] =>
      readdirSync(of)
        .toSorted()
        .map((file) => readFileSync(join(of, file), 'utf8'));
    return { inner: texts(join(folderOf('kafka'), 'inner')), detection: texts(folderOf('detection')) };
  };
  const first = await made();
  const second = await made();
  assert.equal(first.inner.length, 4);
  assert.deepEqual(second.inner, first.inner);
  assert.notDeepEqual(second.detection, first.detection);
});
