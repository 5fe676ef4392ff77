import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printable, toldField, toldLines, toldOriginal } from './printable.ts';

test('nothing that a terminal would obey comes through, and what it would show stays', () => {
  assert.equal(
    printable('Zo\u00eb \u001b[2J\u009b1m\u202egro.elpmaxe\r'),
    'Zo\u00eb \\u001b[2J\\u009b1m\\u202egro.elpmaxe\\u000d',
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(printable(text), /[\p{Cc}\p{Cf}\p{Cs}]/u);
    }),
  );
});

test('JSON stays as it was written, in one line: numbers, order, and the same field twice', () => {
  const line = '{"b": 12.50, "a": 1,\n\t"a": "\u001f'.replace('\u001f', 'x') + '"}\r';
  assert.deepEqual(toldLines(toldOriginal(Buffer.from(line))), ['{"b": 12.50, "a": 1, "a": "x"}']);
  assert.equal(toldOriginal(Buffer.from(line)).text, line);
});

test('what is not JSON is shown by its bytes, with those that are letters beside them', () => {
  const cut = Buffer.from('{"transactionId": "cut');
  assert.deepEqual(toldLines(toldOriginal(cut)), [
    '00000000  7b 22 74 72 61 6e 73 61 63 74 69 6f 6e 49 64 22  {"transactionId"',
    '00000010  3a 20 22 63 75 74                                : "cut',
  ]);
  assert.deepEqual(toldOriginal(Buffer.from([0x7b, 0xff])), { encoding: 'hex', text: '7bff' });
  assert.deepEqual(toldLines(toldOriginal(Buffer.of(0x1b))), [`00000000  1b${' '.repeat(45)}  .`]);
});

test('the bytes of anything that is told can be had back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      for (const told of [toldOriginal(bytes), toldField(bytes)]) {
        const back = Buffer.from(told.text, told.encoding === 'hex' ? 'hex' : 'utf8');
        assert.deepEqual(back, Buffer.from(bytes));
      }
    }),
  );
});
