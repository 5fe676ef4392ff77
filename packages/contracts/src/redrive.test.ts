import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodePayload, events } from './events.ts';
import { maxRedrives, readRedriveHeader, writeRedriveHeader } from './redrive.ts';

const mark = { of: { partition: 2, offset: 41 }, times: 1 };

test('the header of a redriven record says how often and of which letter, for ever in the same bytes', () => {
  assert.equal(writeRedriveHeader(mark), '1 2/41');
  assert.deepEqual(readRedriveHeader(Buffer.from('1 2/41')), mark);
});

test('a header that ingest did not write is none', () => {
  for (const text of [
    '',
    '1',
    '0 2/41',
    `${maxRedrives + 1} 2/41`,
    '1 2/41 ',
    '1 -2/41',
    `1 2/${'9'.repeat(17)}`,
  ])
    assert.equal(readRedriveHeader(Buffer.from(text)), undefined, text);
  assert.equal(readRedriveHeader(undefined), undefined);
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const read = readRedriveHeader(bytes);
      assert.ok(read === undefined || writeRedriveHeader(read) === Buffer.from(bytes).toString('latin1'));
    }),
  );
});

test('what ingest says of a redrive has one stored form', () => {
  const batch = '9f0b1c9e-4f0a-4a53-8d5e-0a8f3a3f2d11';
  assert.equal(
    encodePayload(events.redrive, {
      ...{ kind: 'begun', batch },
      letters: [mark],
      logEnds: [{ partition: 0, offset: 7 }],
    }).toString(),
    `{"kind":"begun","batch":"${batch}","letters":[{"of":{"partition":2,"offset":41},"times":1}],"logEnds":[{"partition":0,"offset":7}]}`,
  );
  const letters = [{ ...mark, id: 'r1_a', became: 'accepted' as const, at: { partition: 0, offset: 9 } }];
  assert.equal(
    encodePayload(events.redrive, { kind: 'ended', batch, letters }).toString(),
    `{"kind":"ended","batch":"${batch}","letters":[{"of":{"partition":2,"offset":41},"times":1,"id":"r1_a","became":"accepted","at":{"partition":0,"offset":9}}]}`,
  );
});
