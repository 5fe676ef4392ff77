import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RejectedRecord } from '@weir/contracts';
import { otherKekArn } from '../../../envelope/src/key-provider.fixture.ts';
import { createLetterWorld, createTrail, offeredLine } from './letter-world.fixture.ts';
import { openOnRecord, originalOf } from './original.ts';

type World = Awaited<ReturnType<typeof createLetterWorld>>;
const place = { partition: 1, offset: 0 };

const opening = (world: World, trail: ReturnType<typeof createTrail>, rejected: RejectedRecord) =>
  openOnRecord({ ...world.ops, recorder: trail.recorder }, place, rejected);

test('a sealed original is opened with the key of ops once the trail has it, and the trail says how it ended', async () => {
  const world = await createLetterWorld();
  const rejected = await world.letterAt(await world.refuseRecord({ code: 'conflicting_duplicate' }));
  const stream = 'received';
  assert.deepEqual(originalOf(rejected), { kind: 'sealed', stream, keyArn: otherKekArn, obstacle: null });
  const trail = createTrail();
  const opened = await opening(world, trail, rejected);
  assert.deepEqual(opened, { ok: true, bytes: Buffer.from(offeredLine) });
  assert.deepEqual(trail.told, [
    'begun dead_letters_opened record transactions.rejected.v1-1-0 ' +
      '{"original":"sealed","code":"conflicting_duplicate","topic":"transactions.received.v1","partition":2,"offset":41}',
    'done {}',
  ]);
});

test('a line that was offered is there once its dead letter is open, and shown on record all the same', async () => {
  const world = await createLetterWorld();
  const rejected = await world.letterAt(await world.refuseLine({ line: 7, codes: ['iban_invalid'] }));
  assert.deepEqual(originalOf(rejected), { kind: 'unsealed' });
  const trail = createTrail();
  const opened = await opening(world, trail, rejected);
  assert.equal(opened.ok && String(Buffer.from(opened.bytes ?? [])), offeredLine);
  assert.match(trail.told[0] ?? '', /"original":"unsealed","code":"iban_invalid","source":"core","line":7/);
});

test('nothing is opened where the trail can not have it', async () => {
  const world = await createLetterWorld();
  const rejected = await world.letterAt(await world.refuseRecord({ code: 'conflicting_duplicate' }));
  world.opened.length = 0;
  await assert.rejects(opening(world, createTrail('is away'), rejected), { code: 'audit_unavailable' });
  assert.deepEqual(world.opened, []);
});

test('nothing is shown where the trail can not have how it ended', async () => {
  const world = await createLetterWorld();
  const rejected = await world.letterAt(await world.refuseLine({ line: 7, codes: ['iban_invalid'] }));
  await assert.rejects(opening(world, createTrail('forgets the end'), rejected), {
    code: 'audit_unavailable',
  });
});

test('an original that was altered is said not to open, and the trail says so', async () => {
  const world = await createLetterWorld();
  const altered = await world.refuseRecord({
    code: 'authentication_failed',
    change: (sealed) => ({ ...sealed, key: 'somebody else' }),
  });
  const trail = createTrail();
  const opened = await opening(world, trail, await world.letterAt(altered));
  assert.deepEqual(opened, { ok: false, code: 'authentication_failed' });
  assert.equal(trail.told[1], 'failed {"failure":"authentication_failed"}');
});

test('a key that is off ends the opening with its own error, and the trail has it', async () => {
  const world = await createLetterWorld();
  const rejected = await world.letterAt(await world.refuseRecord({ code: 'conflicting_duplicate' }));
  world.disabled.add(otherKekArn);
  const trail = createTrail();
  await assert.rejects(opening(world, trail, rejected), { code: 'kms_key_disabled' });
  assert.equal(trail.told[1], 'failed {"failure":"kms_key_disabled"}');
});

test('what only the beginning is kept of, is of no topic of ours, or is not for ops is not tried', async () => {
  const world = await createLetterWorld();
  const rejected = await world.letterAt(await world.refuseRecord({ code: 'conflicting_duplicate' }));
  const origin = { kind: 'topic', partition: 2, offset: 41 } as const;
  for (const [obstacle, changed] of [
    ['cut_short', { ...rejected, originalBytes: 1_000_000 }],
    ['topic_unknown', { ...rejected, origin: { ...origin, topic: 'elsewhere' } }],
    ['not_for_ops', { ...rejected, origin: { ...origin, topic: 'audit.intake.v1' } }],
  ] as const) {
    world.opened.length = 0;
    assert.deepEqual(await opening(world, createTrail(), changed), { ok: false, code: obstacle });
    assert.deepEqual(world.opened, [], obstacle);
  }
});

test('a record without a value has no original, and there is nothing to fail', async () => {
  const world = await createLetterWorld();
  const rejected = await world.letterAt(await world.refuseRecord({ code: 'null_value' }));
  const none = { ...rejected, original: null, originalBytes: null, originalSha256: null };
  assert.deepEqual(originalOf(none), { kind: 'none' });
  assert.deepEqual(await opening(world, createTrail(), none), { ok: true, bytes: null });
});

test('what a stranger wrote without a seal is there as it was, whatever it looks like', async () => {
  const world = await createLetterWorld();
  const stray = await world.refuseRecord({
    code: 'not_sealed',
    change: (sealed) => ({ ...sealed, value: Buffer.from('{"verdict":"cleared"}') }),
  });
  assert.deepEqual(originalOf(await world.letterAt(stray)), { kind: 'unsealed' });
});
