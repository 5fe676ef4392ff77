import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { openRollingLog, pointToLog } from './rolling-log.ts';

test('a log takes at most twice its limit, whatever is written to it', () => {
  const folder = makeTempFolder('log');
  const path = join(folder, 'child.log');
  const log = openRollingLog(path, 100);
  for (let line = 0; line < 50; line += 1) log.write(Buffer.from(`line ${line} of many\n`));
  log.close();
  assert.deepEqual(readdirSync(folder).toSorted(), ['child.log', 'child.log.1']);
  for (const name of readdirSync(folder)) assert.ok(statSync(join(folder, name)).size <= 100);
  assert.match(readFileSync(path, 'utf8'), /line 49 of many\n$/);
  assert.equal(pointToLog(path), `its log, ${path}, says last: line 49 of many`);
});
