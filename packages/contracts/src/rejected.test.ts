import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeRejected, encodeRejected } from './rejected.ts';
import type { RejectedRecord } from './rejected.ts';

const refused: RejectedRecord = {
  rejections: [{ code: 'not_json', path: '' }],
  origin: { kind: 'topic', topic: 'transactions.received.v1', partition: 2, offset: 41 },
  key: Buffer.from([0, 255]),
  headers: [['ce_id', Buffer.from('x')]],
  original: Buffer.from([0xff, 0x00, 0x7b]),
  originalBytes: 3,
  originalSha256: 'ab'.repeat(32),
};

test('a rejected record keeps the original bytes, key and headers as they were', () => {
  assert.deepEqual(decodeRejected(encodeRejected(refused)), refused);
});

test('a null value stays apart from an empty one', () => {
  const none = { ...refused, original: null, originalBytes: null, originalSha256: null };
  assert.deepEqual(decodeRejected(encodeRejected(none)), none);
  const empty = { ...refused, original: Buffer.alloc(0), originalBytes: 0 };
  assert.deepEqual(decodeRejected(encodeRejected(empty))?.original, Buffer.alloc(0));
});

test('the stored form starts with the length of its preamble, for ever', () => {
  const bytes = encodeRejected({ ...refused, key: null, headers: [] });
  assert.equal(
    bytes.toString('latin1'),
    '\x00\x00\x01\x03{"rejections":[{"code":"not_json","path":""}],"origin":{"kind":"topic","topic":"transactions.received.v1",' +
      '"partition":2,"offset":41},"key":null,"headers":[],"originalBytes":3,"originalSha256":"' +
      `${'ab'.repeat(32)}"}\xff\x00{`,
  );
});

test('a line of a source keeps how it was to be read, and of which letter it was redriven', () => {
  const again: RejectedRecord = {
    ...refused,
    origin: { kind: 'source', source: 'core', line: 7 },
    ...{ key: null, headers: [] },
    offered: { kind: 'transaction', tenant: 'bank', columns: ['id', 'amount'], observedAt: null },
    redrive: { of: { partition: 2, offset: 41 }, times: 1 },
  };
  const bytes = encodeRejected(again);
  assert.deepEqual(decodeRejected(bytes), again);
  assert.equal(
    bytes.toString('latin1'),
    '\x00\x00\x01\x74{"rejections":[{"code":"not_json","path":""}],"origin":{"kind":"source","source":"core","line":7},' +
      `"key":null,"headers":[],"originalBytes":3,"originalSha256":"${'ab'.repeat(32)}",` +
      '"offered":{"kind":"transaction","tenant":"bank","columns":["id","amount"],"observedAt":null},' +
      '"redrive":{"of":{"partition":2,"offset":41},"times":1}}\xff\x00{',
  );
});

test('bytes that are no rejected record are told apart without a throw', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.equal(decodeRejected(bytes), undefined)));
});
