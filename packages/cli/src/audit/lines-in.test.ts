import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { linesIn } from './lines-in.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-lines-'));
after(() => rmSync(folder, { recursive: true }));

function linesOf(text: string): readonly string[] {
  const path = join(folder, 'lines');
  writeFileSync(path, text);
  return [...linesIn(path)];
}

test('The lines of a file that is read in several pieces are those that were written', () => {
  // Letters of two bytes, so that a piece ends within one.
  const lines = Array.from({ length: 30_000 }, (_, index) => `${index} ${'\u00e4'.repeat(index % 90)}`);
  assert.deepEqual(linesOf(lines.join('\n')), lines);
  assert.deepEqual(linesOf(''), ['']);
});

test('A line without an end does not ask for all memory', () => {
  const lines = linesOf('x'.repeat(5_000_000));
  assert.ok(lines.length > 1);
  assert.ok(lines.every(({ length }) => length < 3_000_000));
});
