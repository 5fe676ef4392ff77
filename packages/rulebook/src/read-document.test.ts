import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { longestDocumentBytes } from './limits.ts';
import { readDocument } from './read-document.ts';

/** What is wrong first, as "line:column message". */
function wrongWith(source: string | Uint8Array): string {
  const read = readDocument(source);
  assert.ok(!read.ok, 'nothing is wrong with it');
  const [{ line, column, message }] = read.problems;
  return `${String(line)}:${String(column)} ${message}`;
}

test('JSON is read as YAML is', () => {
  const yaml = readDocument('a: 1\nb:\n  - c: "2"\n');
  const json = readDocument('{ "a": 1, "b": [{ "c": "2" }] }');
  assert.ok(yaml.ok && json.ok);
  assert.deepEqual(yaml.body, json.body);
});

test('words that YAML 1.1 took for truths and times stay text', () => {
  const read = readDocument('country: NO\nat: 2025-06-18T12:00:00Z\nchannel: on\n');
  assert.ok(read.ok);
  assert.deepEqual(read.body, { country: 'NO', at: '2025-06-18T12:00:00Z', channel: 'on' });
});

test('a tab, a bad indentation and a name given twice are refused where they stand', () => {
  assert.equal(wrongWith('a:\n\t- 1\n'), '2:1 a tab: YAML is indented by spaces alone');
  assert.match(wrongWith('a:\n  - b: 1\n   c: 2\n'), /^3:1 /);
  assert.equal(wrongWith('a: 1\nb: 2\na: 3\n'), '3:1 a name that stands here already');
  assert.equal(wrongWith('{ "a": 1, "a": 2 }'), '1:11 a name that stands here already');
  assert.match(wrongWith('a: [1, 2\nb: 3\n'), /^2:1 /);
});

test('anchors, aliases, tags, merges and second documents are refused', () => {
  assert.match(wrongWith('a: &x 1\nb: 2\n'), /^1:\d+ an anchor/);
  const bomb = `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, n) => `a${String(n + 1)}: &a${String(n + 1)} [*a${String(n)}, *a${String(n)}]`).join('\n')}\n`;
  assert.match(wrongWith(bomb), /an anchor|an alias/);
  assert.match(wrongWith('a: *nowhere\n'), /^1:4 an alias/);
  assert.match(wrongWith('a:\n  <<: *nowhere\n'), /^2:7 an alias/);
  assert.match(wrongWith('a: !!js/function x\n'), /a tag/);
  assert.match(wrongWith('a: 1\n---\nb: 1\n'), /^2:1 a second document/);
  assert.match(wrongWith('? [a]\n: 1\n'), /a name that is no text/);
  assert.match(wrongWith('1: a\n'), /^1:1 a name that is no text/);
});

test('a document that is too long, too deep or not UTF-8 is refused before it is looked at', () => {
  assert.equal(wrongWith('#'.repeat(longestDocumentBytes + 1)), '1:1 longer than 512 KiB');
  assert.equal(wrongWith('é'.repeat(longestDocumentBytes / 2 + 1)), '1:1 longer than 512 KiB');
  assert.match(wrongWith('['.repeat(20_000)), /deeper than 64 levels/);
  assert.match(wrongWith(`${'['.repeat(100)}${']'.repeat(100)}`), /deeper than 64 levels/);
  assert.equal(wrongWith(Uint8Array.from([0x61, 0x3a, 0x20, 0xff])), '1:1 not UTF-8');
});

test('an empty document is read, for whoever asks what should be in it', () => {
  const read = readDocument('# nothing but a comment\n');
  assert.ok(read.ok);
  assert.equal(read.body, null);
});

test('a path leads to the line and column of its value, and of what is missing to what lacks it', () => {
  const read = readDocument('rules:\n  - id: one\n    when: a\n  - id: two\n');
  assert.ok(read.ok);
  assert.deepEqual(read.locate('rules.0.when'), { line: 3, column: 11 });
  assert.deepEqual(read.locate('rules.1.when'), { line: 4, column: 5 });
  assert.deepEqual(read.locate('rules.7'), { line: 2, column: 3 });
  assert.deepEqual(read.locate(''), { line: 1, column: 1 });
});

test('a name with a point in it is found all the same', () => {
  const read = readDocument('constants:\n  a.b: 1\n');
  assert.ok(read.ok);
  assert.deepEqual(read.locate('constants.a.b'), { line: 2, column: 8 });
});

test('a character of an expression is found in every way YAML has to write it', () => {
  const expression = "currency == 'EUR' && wrong >= 1";
  const at = expression.indexOf('wrong');
  const written = {
    plain: `when: ${expression}\n`,
    single: `when: '${expression.replaceAll("'", "''")}'\n`,
    double: `when: "${expression}"\n`,
    folded: "when: >-\n  currency == 'EUR' &&\n  wrong >= 1\n",
    literal: "when: |\n  currency ==\n    'EUR' && wrong >= 1\n",
    json: `{ "when": "${expression}" }`,
  };
  for (const [name, source] of Object.entries(written)) {
    const read = readDocument(source);
    assert.ok(read.ok);
    const offset = (read.body as { when: string }).when.indexOf('wrong');
    const { line, column } = read.locate('when', name === 'literal' ? offset : at);
    assert.equal(source.split('\n')[line - 1]?.slice(column - 1, column + 4), 'wrong', name);
  }
});

test('whatever the bytes, reading them ends in a document or in problems', () => {
  const yamlish = fc.string({
    unit: fc.constantFrom('a', ':', ' ', '\n', '-', '[', '{', '"', "'", '&', '*', '\t', '#', '>'),
  });
  fc.assert(
    fc.property(fc.oneof(yamlish, fc.string()), (text) => typeof readDocument(text).ok === 'boolean'),
  );
  fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof readDocument(bytes).ok === 'boolean'));
});
