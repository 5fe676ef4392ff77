import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { readIngestLedgers } from './ingest-ledger.ts';
import { ledgerFileOf, ledgerFolder } from './ledger-file-name.ts';

const counts = { offered: 10, acknowledged: 7, rejected: 1, failed: 1, unknown: 1 };
const name = { tenant: 'big-bank', source: 'card-feed', input: '5f3485df' };

function homeOf(context: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'weir-ledgers-'));
  context.after(() => rmSync(home, { recursive: true }));
  return home;
}

/** What is read of one ledger with these contents. */
function readBack(context: TestContext, content: object) {
  const home = homeOf(context);
  writeFileSync(ledgerFileOf(home, name), JSON.stringify({ fingerprint: null, ...content }));
  const [ledger] = readIngestLedgers(home);
  assert.ok(ledger !== undefined);
  return ledger;
}

test('a finished ledger balances where every record offered has one outcome', (context) => {
  assert.equal(readBack(context, { state: 'finished', counts }).balanced, true);
  for (const acknowledged of [6, 8]) {
    const changed = { ...counts, acknowledged };
    for (const state of ['finished', 'interrupted', 'stopped_at_limit']) {
      assert.equal(readBack(context, { state, counts: changed }).balanced, false, state);
    }
  }
});

test('while a feed runs records may be under way, but none may come from nowhere', (context) => {
  const balanced = (acknowledged: number) =>
    readBack(context, { state: 'running', counts: { ...counts, acknowledged } }).balanced;
  assert.deepEqual([balanced(0), balanced(7), balanced(8)], [true, true, false]);
});

test('a ledger is told by source, tenant and the name of its file, however many hyphens they have', (context) => {
  const fingerprint = { path: '/somewhere/May Payments.csv', sizeBytes: 3 };
  const { tenant, source, input } = readBack(context, { state: 'finished', counts, fingerprint });
  assert.deepEqual([tenant, source, input], ['big-bank', 'card-feed', 'May Payments.csv']);
});

test('what is no ledger does not balance, and hides none of the others', (context) => {
  const home = homeOf(context);
  writeFileSync(ledgerFileOf(home, name), JSON.stringify({ state: 'finished', counts, fingerprint: null }));
  writeFileSync(join(ledgerFolder(home), 'stranger.json'), '{"state":');
  writeFileSync(join(ledgerFolder(home), 'a.b.c.report.json'), '{}');
  assert.deepEqual(
    readIngestLedgers(home).map(({ source, balanced }) => [source, balanced]),
    [
      ['card-feed', true],
      ['stranger.json', false],
    ],
  );
  assert.deepEqual(readIngestLedgers(join(home, 'nowhere')), []);
});
