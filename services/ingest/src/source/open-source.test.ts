import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openSource } from './open-source.ts';
import { SourceError } from './source-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-open-source-'));
after(() => rmSync(folder, { recursive: true }));
const text = 'line of text\n'.repeat(20_000);
const running = new AbortController().signal;

function place(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function readAll(path: string, stdin: Readable = Readable.from([])) {
  const source = await openSource(path, stdin, running);
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.chunks) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString(), source };
}

const exitsWith = (exitCode: number) => (error: unknown) =>
  error instanceof SourceError && error.exitCode === exitCode;

test('a file is read as it is, and what was read adds up to its size', async () => {
  const { text: found, source } = await readAll(place('plain.ndjson', text));
  assert.equal(found, text);
  assert.equal(source.bytesRead(), source.bytesTotal);
});

test('gzip is unpacked whatever the file is called, and counted as it is stored', async () => {
  const packed = gzipSync(text);
  const { text: found, source } = await readAll(place('packed.ndjson', packed));
  assert.equal(found, text);
  assert.equal(source.bytesRead(), packed.length);
});

test('a gzip file of several members is unpacked to its end', async () => {
  const members = Buffer.concat([gzipSync('one\n'), gzipSync('two\n')]);
  assert.equal((await readAll(place('members.gz', members))).text, 'one\ntwo\n');
});

test('standard input is read, packed or not, even when it comes byte by byte', async () => {
  const byBytes = (bytes: Buffer) => Readable.from([...bytes].map((byte) => Buffer.of(byte)));
  assert.equal((await readAll('-', byBytes(Buffer.from('a\nb')))).text, 'a\nb');
  const { text: found, source } = await readAll('-', byBytes(gzipSync('packed')));
  assert.equal(found, 'packed');
  assert.equal(source.bytesTotal, null);
  assert.equal((await readAll('-', Readable.from([]))).text, '');
});

test('an empty file is empty, also where its name says gzip', async () => {
  assert.equal((await readAll(place('empty.gz', ''))).text, '');
});

test('a name that says gzip and content that is not is refused with 65', async () => {
  await assert.rejects(readAll(place('plain.gz', text)), exitsWith(65));
});

test('a gzip file that was cut off or damaged is refused with 65 when that is reached', async () => {
  const packed = gzipSync(text);
  await assert.rejects(readAll(place('cut.gz', packed.subarray(0, packed.length - 20))), exitsWith(65));
  await assert.rejects(
    readAll(place('damaged.gz', Buffer.concat([packed.subarray(0, 30), Buffer.alloc(99)]))),
    exitsWith(65),
  );
});

test('no such file, and a folder, are refused with 66', async () => {
  await assert.rejects(readAll(join(folder, 'nowhere')), exitsWith(66));
  await assert.rejects(readAll(folder), exitsWith(66));
});

test('a stop ends the chunks of an input that has gone quiet', async () => {
  const stop = new AbortController();
  const quiet = new Readable({ read: () => undefined });
  quiet.push('first line\n');
  const source = await openSource('-', quiet, stop.signal);
  const chunks = source.chunks[Symbol.asyncIterator]();
  assert.equal((await chunks.next()).done, false);
  const next = chunks.next();
  stop.abort();
  assert.equal((await next).done, true);
});
