import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { decodeRejected, streams } from '@weir/contracts';
import { deadLetterEvent } from './dead-letter.ts';
import type { RefusedRecord } from './dead-letter.ts';

const record: RefusedRecord = {
  topic: 'transactions.held.v1',
  partition: 2,
  offset: 41,
  timestampMs: 1_700_000_000_000,
  key: Buffer.from('NL91ABNA0417164300'),
  value: Buffer.from('not sealed'),
  headers: { ce_id: Buffer.from('x') },
};
const rejection = { code: 'not_sealed', path: '' } as const;
const inflated = Buffer.alloc(3 * streams.received.maxMessageBytes, 7);

test('a dead letter keeps the record as it was and says where it stood and why', () => {
  const letter = deadLetterEvent(record, rejection);
  assert.equal(letter.id, 'rejected-transactions.held.v1-2-41');
  const read = decodeRejected(letter.plaintext);
  assert.deepEqual(read?.original, record.value);
  assert.deepEqual(read.rejections, [rejection]);
  assert.deepEqual(read.origin, { kind: 'topic', topic: record.topic, partition: 2, offset: 41 });
});

test('the key of a foreign record, which could be an account number, is not the key of its dead letter', () => {
  assert.equal(deadLetterEvent(record, rejection).key, 'transactions.held.v1-2');
});

for (const [what, changed] of [
  ['a value that was compressed to a fraction', { value: inflated }],
  ['an endless key', { key: inflated }],
  ['an endless header', { headers: { note: inflated } }],
  [
    'a thousand headers of control characters',
    {
      headers: Object.fromEntries(
        Array.from({ length: 1_000 }, (_, i) => ['\u0001'.repeat(60) + String(i), Buffer.alloc(60)]),
      ),
    },
  ],
] as const) {
  test(`${what} still gives a dead letter that the rejected topic takes`, () => {
    const { plaintext } = deadLetterEvent({ ...record, ...changed }, rejection);
    // A thousand bytes are more than the envelope, the record's own headers and Kafka's framing add.
    assert.ok(plaintext.length + 1_000 <= streams.rejected.maxMessageBytes);
  });
}

test('what is cut short still says how long it was and has the hash of the whole', () => {
  const read = decodeRejected(deadLetterEvent({ ...record, value: inflated }, rejection).plaintext);
  assert.equal(read?.originalBytes, inflated.length);
  assert.equal(read.originalSha256, hash('sha256', inflated));
});
