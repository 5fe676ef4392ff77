import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { signingKey } from '../../../audit/src/trail.fixture.ts';
import { accountOf } from '../judged.fixture.ts';
import { keyPair } from '../manifest.fixture.ts';
import { casePlan, sampleCase } from './case.fixture.ts';
import { describeCaseFinding } from './case-findings.ts';
import { casePaths, signedPaths } from './case-paths.ts';
import { verifyCase } from './verify-case.ts';

const keys = { replay: [keyPair.publicKey], audit: undefined };

/** What is found, as "code path". */
const foundIn = async (files: ReadonlyMap<string, Uint8Array>, by: Parameters<typeof verifyCase>[1] = keys) =>
  (await verifyCase(files, by)).findings.map(({ code, path }) => `${code} ${path}`);

/** Replaces a text in a file before the bundle is indexed and signed: a bundle that was made wrongly. */
const madeWrongly = (path: string, from: string | RegExp, to: string) =>
  sampleCase((files) => {
    const before = files.get(path)?.toString() ?? '';
    const after = before.replace(from, to);
    assert.notEqual(after, before, 'the sample holds what is replaced');
    files.set(path, Buffer.from(after));
  });

test('a bundle as it was signed is verified by public keys alone', async () => {
  const verified = await verifyCase(sampleCase(), keys);
  assert.deepEqual(verified.findings, []);
  assert.deepEqual([verified.claim?.exportedBy, verified.index?.exportedBy], ['local-analyst', 'ops']);
  assert.deepEqual(await foundIn(sampleCase(), { ...keys, audit: [signingKey.publicKey] }), []);
});

test('a file that was altered, left out or put in since is found, whichever it is', async () => {
  for (const path of [...sampleCase().keys()]) {
    const altered = sampleCase();
    const bytes = Buffer.from(altered.get(path) ?? '');
    bytes[Math.floor(bytes.byteLength / 2)] = (bytes[Math.floor(bytes.byteLength / 2)] ?? 0) ^ 1;
    altered.set(path, bytes);
    assert.ok((await foundIn(altered)).length > 0, `altered ${path}`);
    const without = sampleCase();
    without.delete(path);
    assert.ok((await foundIn(without)).includes(`file_missing ${path}`), `without ${path}`);
  }
  const added = sampleCase().set('note.txt', Buffer.from('read me first'));
  assert.deepEqual(await foundIn(added), ['file_added note.txt']);
});

test('a bundle that somebody else signed is found, and one that is checked with another key', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const found = await foundIn(sampleCase(), { replay: [publicKey], audit: [publicKey] });
  for (const finding of [
    `signature_wrong ${signedPaths.signature}`,
    `manifest_wrong ${casePaths.manifest}`,
    `key_other ${casePaths.replayKey}`,
    `key_other ${casePaths.auditKey}`,
    `audit_unproven ${casePaths.auditProofs}`,
  ])
    assert.ok(found.includes(finding), `${finding} in ${found.join(', ')}`);
});

test('a signed bundle whose parts contradict each other is found', async () => {
  const other = accountOf(2);
  const cases: readonly (readonly [string, Map<string, Buffer>])[] = [
    [`people_contradicted ${signedPaths.index}`, sampleCase(undefined, { approvedBy: 'somebody-else' })],
    [`count_wrong ${signedPaths.index}`, sampleCase(undefined, { holds: { ...noneHeld, held: 0 } })],
    [`manifest_other ${casePaths.manifest}`, sampleCase(undefined, { account: other })],
    [`manifest_other ${casePaths.manifest}`, sampleCase(undefined, { sealedTo: `age1${'q'.repeat(58)}` })],
    [`account_other ${casePaths.verdicts}`, madeWrongly(casePaths.verdicts, /a1_[\w-]+/, other)],
    [`records_other ${casePaths.verdicts}`, madeWrongly(casePaths.verdicts, /^.*\n/, '')],
    [`records_other ${casePaths.transactions}`, madeWrongly(casePaths.transactions, /^(.*\n)(.*\n)/, '$2$1')],
    [`records_other ${casePaths.transactions}`, madeWrongly(casePaths.transactions, /01010101/, '01010102')],
    [
      `lines_unreadable ${casePaths.transactions}`,
      madeWrongly(casePaths.transactions, 'unreadable', 'made up'),
    ],
    [`report_other ${casePaths.report}`, madeWrongly(casePaths.report, '"starter@2"', '"starter@3"')],
    [`audit_unproven ${casePaths.auditProofs}`, madeWrongly(casePaths.auditProofs, 'alice', 'mallory')],
    [`audit_other ${casePaths.auditEntries}`, madeWrongly(casePaths.auditEntries, 'alice', 'mallory')],
    [`audit_other ${casePaths.auditEntries}`, madeWrongly(casePaths.auditEntries, /^.*\n/, '')],
    // Made up by who exports it, and signed all the same: replay is told a digest.
    [`count_wrong ${signedPaths.index}`, sampleCase(undefined, { holds: { ...noneHeld, differences: 2 } })],
    [`account_other ${casePaths.alerts}`, madeWrongly(casePaths.alerts, /a1_[\w-]+/, other)],
    [`lines_unreadable ${casePaths.alerts}`, madeWrongly(casePaths.alerts, /^.*$/, '{"alerts":[{}]}')],
    [
      `manifest_other ${casePaths.manifest}`,
      sampleCase(undefined, {}, { ...casePlan, versions: { kind: 'now' } }),
    ],
    [
      `audit_silent ${casePaths.auditEntries}`,
      sampleCase((files) => {
        for (const path of [casePaths.auditEntries, casePaths.auditProofs])
          files.set(path, Buffer.from(`${files.get(path)?.toString().split('\n')[2] ?? ''}\n`));
      }),
    ],
    [`audit_silent ${casePaths.auditEntries}`, sampleCase(undefined, { exportedBy: 'somebody-else' })],
  ];
  for (const [finding, files] of cases) {
    const found = await foundIn(files);
    assert.ok(found.includes(finding), `${finding} in ${found.join(', ')}`);
  }
});

const noneHeld = { records: 8, held: 3, alerts: 1, auditEntries: 3, differences: 0 };

test('an index may name the files of a case and no other, wherever they would be unpacked to', async () => {
  const files = sampleCase();
  const text = files.get(signedPaths.index)?.toString() ?? '';
  files.set(signedPaths.index, Buffer.from(text.replace('alerts.json', 'alerts/../../x.json')));
  assert.ok((await foundIn(files)).includes(`index_malformed ${signedPaths.index}`));
});

test('what is no manifest is found, and what its lines might have said is not looked at', async () => {
  for (const line of ['[0,0,10,1,5]', '[0,0,1e400,1,""]', '[]', '[null,{},[],"",""]']) {
    const found = await foundIn(madeWrongly(casePaths.manifest, /^\[.*$/m, line));
    assert.ok(found.includes(`manifest_wrong ${casePaths.manifest}`), found.join(', '));
    assert.equal(found.filter((one) => one.startsWith('records_other')).length, 0);
  }
});

test('what is found is said in a sentence with its file', () => {
  assert.equal(
    describeCaseFinding({ code: 'file_added', path: 'note.txt' }),
    'note.txt is not in the index: it was put in since.',
  );
});
