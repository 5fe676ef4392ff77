import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { checkKeys } from './check-keys.ts';

const keys = ['kms-keys.json', 'routing.key', 'index.key'];

function homeWith(...names: readonly string[]): string {
  const home = makeTempFolder('keys');
  mkdirSync(join(home, 'keys'));
  for (const name of names) writeFileSync(join(home, 'keys', name), 'kept');
  return home;
}

test('a home without a log may have no keys yet', () => {
  assert.doesNotThrow(() => checkKeys(homeWith()));
});

test('a log is started beside all of its keys, or not at all', () => {
  for (const lost of [undefined, ...keys]) {
    const home = homeWith(...keys.filter((name) => name !== lost));
    mkdirSync(join(home, 'kafka', 'log', 'transactions.received.v1-0'), { recursive: true });
    if (lost === undefined) assert.doesNotThrow(() => checkKeys(home));
    else assert.throws(() => checkKeys(home), { code: 'keys_missing', message: new RegExp(lost) });
  }
});
