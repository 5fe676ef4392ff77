import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandError } from '../exit-codes.ts';
import { runIngest } from './run-ingest.ts';

test("an ingest worker hears of its role's settings, and of nothing in the environment of the command", async (context) => {
  const home = mkdtempSync(join(tmpdir(), 'weir-run-ingest-'));
  context.after(() => rmSync(home, { recursive: true }));
  mkdirSync(join(home, 'keys'));
  writeFileSync(join(home, 'keys', 'ingest.env.json'), JSON.stringify({ AWS_REGION: 'nowhere' }));
  process.env['OUTAGE_LIMIT_MS'] = 'of somebody else';
  context.after(() => delete process.env['OUTAGE_LIMIT_MS']);
  await assert.rejects(runIngest({ home, env: { MODE: 'open-log' } }), (error) => {
    assert.ok(error instanceof CommandError);
    assert.equal(error.exitCode, 78);
    assert.match(error.message, /KAFKA_BROKERS: is not set/);
    assert.doesNotMatch(error.message, /AWS_REGION|OUTAGE_LIMIT_MS/);
    return true;
  });
});
