import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Line } from './frame-lines.ts';
import { createCsvJoiner } from './csv-records.ts';

const comma = 0x2c;
const lineOf = (text: string, index: number): Line => ({
  number: index + 1,
  bytes: Buffer.from(text),
  oversized: null,
});

function joined(lines: readonly Line[]) {
  const joiner = createCsvJoiner({ delimiter: comma, maxRecordBytes: 200 });
  return [...joiner.accept(lines), ...joiner.end()];
}
const textsOf = (text: string) =>
  joined(text.split('\n').map(lineOf)).map(({ line, endLine, bytes }) => [line, endLine, bytes.toString()]);

test('a quoted field may hold line feeds, delimiters and doubled quotes', () => {
  assert.deepEqual(textsOf('a,"one\ntwo, ""three"""\nb,c'), [
    [1, 2, 'a,"one\ntwo, ""three"""'],
    [3, 3, 'b,c'],
  ]);
});

test('a quote inside an unquoted field opens nothing', () => {
  assert.deepEqual(textsOf('a 5" pipe,b\nc'), [
    [1, 1, 'a 5" pipe,b'],
    [2, 2, 'c'],
  ]);
});

test('a quote that is never closed costs its own line and no other', () => {
  const lines = ['a,"never closed', ...Array.from({ length: 200 }, (_, index) => `row,${index}`)];
  const records = joined(lines.map(lineOf));
  assert.equal(records.length, lines.length);
  assert.ok(records.every(({ line, endLine }) => line === endLine));
});

test('an oversized line ends a field that was left open', () => {
  const big: Line = { number: 2, bytes: Buffer.from('x'), oversized: { totalBytes: 9, sha256: '' } };
  const records = joined([lineOf('a,"open', 0), big, lineOf('b,c', 2)]);
  assert.deepEqual(
    records.map(({ line, oversized }) => [line, oversized !== null]),
    [
      [1, false],
      [2, true],
      [3, false],
    ],
  );
});

test('every line that is not blank is in exactly one record, in order, whatever is quoted', () => {
  const text = fc
    .array(fc.constantFrom('"', ',', 'a', '""', ',"', '\n', '",'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (input) => {
      const lines = input.split('\n').map(lineOf);
      const covered = joined(lines).flatMap(({ line, endLine }) =>
        Array.from({ length: endLine - line + 1 }, (_, index) => line + index),
      );
      assert.deepEqual(
        covered,
        covered.toSorted((a, b) => a - b),
      );
      assert.equal(new Set(covered).size, covered.length);
      const missed = lines.filter(({ number }) => !covered.includes(number));
      assert.ok(missed.every(({ bytes }) => bytes.length === 0));
    }),
  );
});
