import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import {
  claimOf,
  fileOf,
  inChunks,
  keyPair,
  sampleLeaves,
  sampleTopics,
  signedLines,
} from './manifest.fixture.ts';
import { describeManifestFinding } from './manifest-findings.ts';
import { createManifestWriter } from './manifest-writer.ts';
import { endLine, headerLine, manifestSignedText } from './manifest.ts';
import type { ManifestLeaf } from './manifest.ts';
import { samplePlan } from './plan.fixture.ts';
import { planHash } from './plan.ts';
import { splitLines } from './split-lines.ts';
import type { FileLine } from './split-lines.ts';
import { verifyManifest } from './verify-manifest.ts';

const good = signedLines(sampleLeaves(4));

/** What is found in a file of these lines, as `code@line`. */
async function found(lines: readonly string[], keys = [keyPair.publicKey]): Promise<readonly string[]> {
  const { findings } = await verifyManifest(inChunks(fileOf(lines)), keys);
  return findings.map(({ code, line }) => `${code}@${String(line)}`);
}

const replaced = (index: number, change: (line: string) => string): string[] =>
  good.map((line, at) => (at === index ? change(line) : line));

test('each way to alter a manifest is told with its line', async () => {
  assert.deepEqual(await found(good), []);
  assert.deepEqual(await found(replaced(0, (line) => line.replace('"from":10', '"from":9'))), [
    'plan_altered@1',
  ]);
  assert.deepEqual(await found(replaced(0, (line) => line.replace('received.v1', 'received.v2'))), [
    'root_wrong@6',
    'signature_wrong@6',
  ]);
  assert.deepEqual(await found(replaced(2, (line) => line.replace('000001', '000007'))), ['root_wrong@6']);
  assert.deepEqual(await found(good.toSpliced(2, 1)), ['count_wrong@5', 'root_wrong@5']);
  assert.deepEqual(await found(good.toSpliced(2, 2, good[3] ?? '', good[2] ?? '')), [
    'record_out_of_order@4',
    'root_wrong@6',
  ]);
  assert.deepEqual(await found(good.slice(0, -1)), ['end_missing@6']);
  assert.deepEqual(await found([...good, good.at(-1) ?? '']), ['line_after_end@7']);
  assert.deepEqual(await found(replaced(5, (line) => line.replace('approver', 'somebody'))), [
    'signature_wrong@6',
  ]);
  assert.deepEqual(await found(replaced(5, (line) => line.replace('local-analyst', 'local-approver'))), [
    'planner_contradicted@6',
    'signature_wrong@6',
  ]);
});

test('the same thing written otherwise is no line of a manifest', async () => {
  const spaced = await found(replaced(0, (line) => line.replace('{"format":1,', '{"format": 1,')));
  assert.deepEqual(spaced, ['header_malformed@1']);
  for (const [from, to] of [
    ['[0,0,12,', '[0,0,012,'],
    ['AgI"', 'AgJ"'],
    ['[0,0,12,', '[0, 0,12,'],
    ['[0,0,12,', '[0,0,9007199254740993,'],
  ] as const) {
    const findings = await found(replaced(2, (line) => line.replace(from, to)));
    assert.deepEqual(findings, ['line_unreadable@3', 'count_wrong@6', 'root_wrong@6']);
  }
});

test('a file that was cut off within a line, is empty, or is something else is told so', async () => {
  const cut = fileOf(good).subarray(0, -1);
  const { findings } = await verifyManifest(inChunks(cut), [keyPair.publicKey]);
  assert.deepEqual(findings, [{ code: 'line_unfinished', line: 6 }]);
  assert.deepEqual(await found([]), ['header_malformed@1']);
  assert.deepEqual(await found(['hello', 'world']), ['header_malformed@1']);
  const binary = await verifyManifest(inChunks(Buffer.from([0xff, 0x0a, 0xfe])), [keyPair.publicKey]);
  assert.deepEqual(binary.findings, [{ code: 'header_malformed', line: 1 }]);
});

test('a record outside of the plan is told, though all of it was signed', async () => {
  const [leaf] = sampleLeaves(1) as [ManifestLeaf];
  for (const outside of [
    { ...leaf, offset: 9 },
    { ...leaf, offset: 1_000 },
    { ...leaf, partition: 1 },
  ]) {
    assert.deepEqual(await found(signedLines([outside])), ['record_outside_plan@2']);
  }
});

test('a signature by another key is wrong, and one of several keys is enough', async () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  assert.deepEqual(await found(good, [other.publicKey]), ['signature_wrong@6']);
  assert.deepEqual(await found(good, []), ['signature_wrong@6']);
  assert.deepEqual(await found(good, [other.publicKey, keyPair.publicKey]), []);
});

test('an end that was signed for another plan is of no use', async () => {
  const writer = createManifestWriter(sampleTopics);
  const lines = sampleLeaves(2).map(writer.add);
  const claim = claimOf({ records: 2, root: writer.root() });
  const text = manifestSignedText({ planHash: planHash(samplePlan), topics: sampleTopics }, claim);
  const end = endLine(claim, sign('sha256', text, keyPair.privateKey));
  const other = headerLine({ ...samplePlan, filter: { amountFromMinor: 1 } }, sampleTopics);
  assert.deepEqual(await found([other, ...lines, end]), ['signature_wrong@4']);
});

test('of a file that was torn apart only so much is told, with how much more there is', async () => {
  const torn = [good[0] ?? '', ...Array.from({ length: 500 }, () => '[]'), good.at(-1) ?? ''];
  const { findings, furtherFindings } = await verifyManifest(inChunks(fileOf(torn)), []);
  assert.equal(findings.length, 100);
  assert.equal(furtherFindings, 500 - 100 + 3);
  assert.equal(
    describeManifestFinding({ code: 'line_unreadable', line: 2 }),
    'Line 2 is no line of a manifest.',
  );
});

test('a signature can be written in one way alone', async () => {
  const padded = Array.from({ length: 100 }, () => signedLines([])).find(([, end]) => end?.includes('="'));
  const [header = '', end = ''] = padded ?? [];
  assert.deepEqual(await found([header, end]), []);
  // The last character before the padding carries bits that no byte takes in.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const other = end.replace(/(.)(=+")/, (_, last: string, rest: string) => {
    return `${alphabet[alphabet.indexOf(last) + 1] ?? ''}${rest}`;
  });
  assert.deepEqual(await found([header, other]), ['line_unreadable@2', 'end_missing@3']);
});

test('bytes that are no UTF-8 do not pass for the sign that stands for them', async () => {
  const plan = { ...samplePlan, plannedBy: 'somebody\ufffd' };
  const empty = claimOf({ records: 0, root: createManifestWriter(sampleTopics).root() });
  const named = { ...empty, plannedBy: plan.plannedBy };
  const text = manifestSignedText({ planHash: planHash(plan), topics: sampleTopics }, named);
  const lines = [headerLine(plan, sampleTopics), endLine(named, sign('sha256', text, keyPair.privateKey))];
  assert.deepEqual(await found(lines), []);
  const file = fileOf(lines);
  const at = file.indexOf(Buffer.from('\ufffd'));
  const altered = Buffer.concat([file.subarray(0, at), Buffer.of(0xff), file.subarray(at + 3)]);
  const { findings } = await verifyManifest(inChunks(altered), [keyPair.publicKey]);
  assert.deepEqual(findings, [{ code: 'header_malformed', line: 1 }]);
});

test('a line longer than any of ours is none, and what follows is read as ever', async () => {
  async function* long(): AsyncGenerator<Uint8Array> {
    const [header = '', ...rest] = good;
    yield fileOf([header]);
    for (let at = 0; at < 9; at += 1) yield Buffer.alloc(1_048_576, 'x');
    yield fileOf(['', ...rest]);
  }
  const { findings } = await verifyManifest(long(), [keyPair.publicKey]);
  assert.deepEqual(findings, [{ code: 'line_unreadable', line: 2 }]);
  const lines: FileLine[] = [];
  for await (const ended of splitLines(long())) lines.push(...ended);
  assert.deepEqual(lines[1], { text: undefined, isFinished: true });
  assert.equal(lines[2]?.text, good[1]);
});
