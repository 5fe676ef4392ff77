import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canaries, findCanaries } from './canaries.ts';
import { waitFor } from './wait-for.ts';

test('a canary is found as it is, in hex, and in base64 at any alignment', () => {
  for (const [name, value] of Object.entries(canaries)) {
    for (const shift of [0, 1, 2]) {
      const around = Buffer.concat([Buffer.alloc(shift, 'a'), Buffer.from(value), Buffer.from('tail')]);
      assert.deepEqual(findCanaries(Buffer.from(around.toString('base64'))), [name]);
    }
    assert.deepEqual(findCanaries(Buffer.from(`before ${value} after`)), [name]);
    assert.deepEqual(findCanaries(Buffer.from(Buffer.from(value).toString('hex'))), [name]);
  }
});

test('bytes without a canary are clean', () => {
  assert.deepEqual(findCanaries(Buffer.from('CANARY is only a part of each of them')), []);
});

test('waiting ends with what the condition answers', async () => {
  let asked = 0;
  const answer = await waitFor(() => {
    asked += 1;
    return asked === 2 ? 'there' : undefined;
  });
  assert.equal(answer, 'there');
});

test('waiting in vain names what was waited for', async () => {
  await assert.rejects(
    waitFor(() => false, { deadlineMs: 0, what: 'the second coming' }),
    /Waited 0 ms in vain for the second coming/,
  );
});
