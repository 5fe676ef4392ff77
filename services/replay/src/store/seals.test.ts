import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seals } from '../fixtures/replay-world.ts';

test('A sealed piece opens in its place, and as no other piece of its replay or of another', async () => {
  const place = { part: 'difference', replayId: 'aaaaaaaaaaaa', index: 3 } as const;
  const [sealed] = await seals.seal([{ ...place, plaintext: Buffer.from('a1_pseudonym') }]);
  assert.ok(sealed !== undefined && !sealed.includes('a1_pseudonym'));
  const elsewhere = [
    { ...place, index: 4 },
    { ...place, replayId: 'bbbbbbbbbbbb' },
    { ...place, part: 'report' },
  ] as const;
  const opened = await seals.open([place, ...elsewhere].map((one) => ({ ...one, sealed })));
  assert.deepEqual(
    opened.map((text) => text?.toString()),
    ['a1_pseudonym', undefined, undefined, undefined],
  );
  const altered = Buffer.from(sealed);
  altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
  assert.deepEqual(await seals.open([{ ...place, sealed: altered }]), [undefined]);
});
