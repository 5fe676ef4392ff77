import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { noCounts } from './counts.ts';
import { ledgerFiles, requireWritable, type Fingerprint, type Ledger } from './ledger-file.ts';
import { inputBeginning } from './line-tracker.ts';
import { changesInWords, planRun } from './plan-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-ledger-'));
after(() => rmSync(folder, { recursive: true }));

const fingerprint: Fingerprint = {
  path: '/somewhere/a.csv',
  sizeBytes: 10,
  headSha256: 'aa',
  meaningSha256: 'bb',
  logId: '018f3b9e-0000-4000-8000-000000000000',
};
const position = {
  line: 7,
  observedAtMs: 1_000,
  counts: { ...noCounts, offered: 7, acknowledged: 7 },
  rejections: [{ code: 'not_json' as const, path: '', count: 1, firstLines: [3] }],
};
const ledger: Ledger = { formatVersion: 1, state: 'running', fingerprint, counts: position.counts, position };

test('a ledger is read back as it was written, only its owner may read it, and nothing is left beside it', async () => {
  const path = join(folder, 'a.ledger');
  await ledgerFiles.write(path, ledger);
  await ledgerFiles.write(path, ledger);
  assert.deepEqual(await ledgerFiles.read(path), ledger);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ['a.ledger']);
});

test('no ledger is no error, and a file that is none is never taken for one or overwritten', async () => {
  assert.equal(await ledgerFiles.read(join(folder, 'none')), undefined);
  for (const text of ['', '{', '[]', '{"formatVersion":2}', JSON.stringify({ ...ledger, extra: 1 })]) {
    const path = join(folder, 'broken');
    writeFileSync(path, text);
    await assert.rejects(ledgerFiles.read(path), /LEDGER_FILE: the file is not an ingest ledger/);
  }
});

test('a run goes on where the ledger of the same input stopped, whatever ended it', () => {
  for (const state of ['running', 'interrupted', 'stopped_at_limit'] as const) {
    assert.deepEqual(planRun({ ...ledger, state }, fingerprint, false), { kind: 'resume', from: position });
  }
});

test('a finished input is not fed again unless that is demanded', () => {
  const finished: Ledger = { ...ledger, state: 'finished' };
  assert.deepEqual(planRun(finished, fingerprint, false), { kind: 'already_fed' });
  assert.deepEqual(planRun(finished, fingerprint, true), { kind: 'begin', from: inputBeginning });
});

test('a ledger is never taken for that of another file, mapping or log', () => {
  for (const name of Object.keys(fingerprint) as (keyof Fingerprint)[]) {
    const other = { ...fingerprint, [name]: name === 'sizeBytes' ? 11 : 'other' };
    assert.deepEqual(planRun(ledger, other, false), { kind: 'other_input', differs: [name] });
  }
});

test('a log whose name retention has deleted is taken for the one the ledger names', () => {
  assert.equal(planRun(ledger, { ...fingerprint, logId: null }, false).kind, 'resume');
});

test('standard input always begins, and a ledger of standard input is no ledger of a file', () => {
  assert.equal(planRun({ ...ledger, fingerprint: null }, null, false).kind, 'begin');
  assert.equal(planRun({ ...ledger, fingerprint: null }, fingerprint, false).kind, 'other_input');
});

test('what has changed since the ledger was written is said in words, each thing once', () => {
  assert.equal(changesInWords(['meaningSha256']), 'the mapping, the tenant or the source');
  assert.equal(
    changesInWords(['sizeBytes', 'headSha256', 'logId']),
    'what the file holds; the log it goes to',
  );
});

test('a report that could not be written is known before the work, and trying leaves nothing behind', async () => {
  const reports = join(folder, 'reports');
  mkdirSync(reports);
  await requireWritable('REPORT_FILE', join(reports, 'report.json'));
  assert.deepEqual(readdirSync(reports), []);
  for (const [path, why] of [
    [join(reports, 'absent', 'report.json'), 'ENOENT'],
    [reports, 'it is no plain file'],
    ['/dev/null', 'it is no plain file'],
  ] as const) {
    await assert.rejects(requireWritable('REPORT_FILE', path), {
      code: 'config_invalid',
      message: `REPORT_FILE: the file can't be written (${why})`,
    });
  }
});
