import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { collect, cutInto } from '../fixtures/chunks.ts';
import { frameLines } from './frame-lines.ts';

const maxLineBytes = 20;
const framed = (bytes: Uint8Array, cuts: readonly number[] = []) =>
  collect(frameLines(cutInto(bytes, cuts), maxLineBytes));
const texts = async (text: string, cuts: readonly number[] = []) =>
  (await framed(Buffer.from(text), cuts)).map((line) => line.bytes.toString());

test('LF and CRLF end a line, and the last line needs neither', async () => {
  assert.deepEqual(await texts('one\ntwo\r\nthree'), ['one', 'two', 'three']);
  assert.deepEqual(await texts('one\n'), ['one']);
  assert.deepEqual(await texts(''), []);
});

test('blank lines are counted, so that the numbers are those an editor shows', async () => {
  const lines = await framed(Buffer.from('a\n\n\r\nb'));
  assert.deepEqual(
    lines.map(({ number, bytes }) => [number, bytes.toString()]),
    [
      [1, 'a'],
      [2, ''],
      [3, ''],
      [4, 'b'],
    ],
  );
});

test('a CR that is not before a line feed belongs to the line', async () => {
  assert.deepEqual(await texts('a\rb\r\n'), ['a\rb']);
});

test('a byte order mark is dropped before the first line only, wherever the chunks are cut', async () => {
  for (const cut of [0, 1, 2, 3]) assert.deepEqual(await texts('\ufeffa\n\ufeffb', [cut]), ['a', '\ufeffb']);
});

test('a line as long as the bound is whole, with a byte order mark and a CRLF around it too', async () => {
  const line = 'x'.repeat(maxLineBytes);
  const [first] = await framed(Buffer.from(`\ufeff${line}\r\n`));
  assert.deepEqual(first, { number: 1, bytes: Buffer.from(line), oversized: null });
});

test('a line of one byte more is oversized and keeps its beginning, its length and its digest', async () => {
  const line = 'y'.repeat(maxLineBytes + 1);
  const [first, second] = await framed(Buffer.from(`${line}\nnext`));
  const sha256 = createHash('sha256').update(line).digest('hex');
  assert.equal(first?.bytes.toString(), 'y'.repeat(maxLineBytes));
  assert.deepEqual(first.oversized, { totalBytes: maxLineBytes + 1, sha256 });
  assert.equal(second?.bytes.toString(), 'next');
});

test('an oversized line that spans many chunks is read past, and the lines after it are whole', async () => {
  const line = Buffer.alloc(5_000, 0x7a);
  const cuts = Array.from({ length: 50 }, (_, index) => index * 97);
  const [first, second] = await framed(Buffer.concat([line, Buffer.from('\nnext\n')]), cuts);
  const sha256 = createHash('sha256').update(line).digest('hex');
  assert.deepEqual(first?.oversized, { totalBytes: 5_000, sha256 });
  assert.equal(second?.bytes.toString(), 'next');
  assert.equal(second.number, 2);
});

test('the lines never depend on where the chunks are cut', async () => {
  const bytes = fc
    .array(fc.constantFrom('\n', '\r', '\r\n', '\ufeff', 'a', 'bcd', 'x'.repeat(19), '\u0000', '\u00e9'))
    .map((parts) => Buffer.from(parts.join('')));
  await fc.assert(
    fc.asyncProperty(bytes, fc.array(fc.nat(200), { maxLength: 12 }), async (input, cuts) => {
      assert.deepEqual(await framed(input, cuts), await framed(input));
    }),
  );
});
