import assert from 'node:assert/strict';
import { test } from 'node:test';
import { otherKekArn } from '../../../envelope/src/key-provider.fixture.ts';
import { findCanaries } from '@weir/testkit';
import { readFilter, type FilterOptions } from './letter-filter.ts';
import { createLetterWorld, offeredLine, startMs } from './letter-world.fixture.ts';
import { countLetters, readLetterAt, readNewestLetters } from './read-letters.ts';
import { readPlace } from './dead-letter.ts';

const { signal } = new AbortController();
const reading = (options: FilterOptions = {}) => ({
  filter: readFilter(options, startMs),
  signal,
  onProgress: () => undefined,
});

test('dead letters of all partitions are listed, the newest first, with where and why and nothing they hold', async () => {
  const world = await createLetterWorld();
  await world.refuseLine({ line: 7, codes: ['iban_invalid', 'field_missing'] });
  await world.refuseRecord({ code: 'conflicting_duplicate', atMs: startMs + 1_000 });
  await world.refuseLine({ line: 8, codes: ['card_number'], source: 'cards', atMs: startMs + 2_000 });
  const letters = await readNewestLetters(world.ops, { ...reading(), count: 10 });
  assert.deepEqual(
    letters.map(({ place, at, rejections, origin }) => ({
      place,
      at,
      codes: rejections.map(({ code }) => code),
      origin,
    })),
    [
      {
        place: 'rejected/0/1',
        at: '2026-01-05T08:00:02.000Z',
        codes: ['card_number'],
        origin: { kind: 'source', source: 'cards', line: 8 },
      },
      {
        place: 'rejected/1/0',
        at: '2026-01-05T08:00:01.000Z',
        codes: ['conflicting_duplicate'],
        origin: { kind: 'topic', topic: 'transactions.received.v1', partition: 2, offset: 41 },
      },
      {
        place: 'rejected/0/0',
        at: '2026-01-05T08:00:00.000Z',
        codes: ['iban_invalid', 'field_missing'],
        origin: { kind: 'source', source: 'core', line: 7 },
      },
    ],
  );
  assert.deepEqual(
    [letters[0]?.originalBytes, letters[0]?.keptBytes],
    [offeredLine.length, offeredLine.length],
  );
  assert.deepEqual(findCanaries(Buffer.from(JSON.stringify(letters))), []);
});

test('no more are listed than were asked for, and of a filter the newest that fit, however far back', async () => {
  const world = await createLetterWorld();
  await world.refuseLine({ line: 1, codes: ['not_json'] });
  await world.refuseLine({ line: 2, codes: ['not_json'], atMs: startMs + 1 });
  for (let line = 3; line <= 40; line += 1)
    await world.refuseLine({ line, codes: ['not_utf8'], atMs: startMs + line });
  const places = async (count: number, options: FilterOptions) =>
    (await readNewestLetters(world.ops, { ...reading(options), count })).map(({ place }) => place);
  assert.deepEqual(await places(2, {}), ['rejected/0/39', 'rejected/0/38']);
  assert.deepEqual(await places(1, { code: ['not_json'] }), ['rejected/0/1']);
  assert.deepEqual(await places(2, { to: '2026-01-05T08:00:00.005Z' }), ['rejected/0/3', 'rejected/0/2']);
  assert.deepEqual(await places(2, { from: '2026-01-05T08:00:00.040Z' }), ['rejected/0/39']);
});

test('what was refused outside of the time asked for is not even opened', async () => {
  const world = await createLetterWorld();
  await world.refuseLine({ line: 1, codes: ['not_json'] });
  await world.refuseLine({ line: 2, codes: ['not_json'], atMs: startMs + 3_600_000 });
  // Within what the clocks of writers may differ by: it is read, for what stands behind it could be earlier.
  await world.refuseLine({ line: 3, codes: ['not_json'], atMs: startMs + 3_630_000 });
  world.opened.length = 0;
  const asked = reading({ from: '2026-01-05T08:30:00Z', to: '2026-01-05T09:00:10Z' });
  assert.equal((await readNewestLetters(world.ops, { ...asked, count: 10 })).length, 1);
  assert.deepEqual(world.opened, ['rejected']);
});

test('a dead letter that a stranger wrote, or whose key is off, is told by its code and keeps none back', async () => {
  const world = await createLetterWorld();
  await world.refuseLine({ line: 1, codes: ['not_json'] });
  await world.refuseLine({ line: 2, codes: ['not_json'], keyId: otherKekArn, atMs: startMs + 1 });
  await world.writeStray(offeredLine, startMs + 2);
  world.disabled.add(otherKekArn);
  const letters = await readNewestLetters(world.ops, { ...reading(), count: 10 });
  assert.deepEqual(
    letters.map(({ place, unreadable }) => [place, unreadable]),
    [
      ['rejected/1/0', 'not_sealed'],
      ['rejected/0/1', 'kms_key_disabled'],
      ['rejected/0/0', null],
    ],
  );
  assert.deepEqual(findCanaries(Buffer.from(JSON.stringify(letters))), []);
});

test('all are counted by code, one of several codes for each of them', async () => {
  const world = await createLetterWorld();
  await world.refuseLine({ line: 1, codes: ['iban_invalid', 'field_missing'] });
  await world.refuseLine({ line: 2, codes: ['iban_invalid'], atMs: startMs + 5 });
  await world.writeStray('x', startMs + 6);
  const counted = async (options: FilterOptions) =>
    (await countLetters(world.ops, reading(options))).map(
      ({ code, isUnreadable, records, firstMs, lastMs }) =>
        [code, isUnreadable, records, firstMs - startMs, lastMs - startMs] as const,
    );
  assert.deepEqual(await counted({}), [
    ['iban_invalid', false, 2, 0, 5],
    ['not_sealed', true, 1, 6, 6],
    ['field_missing', false, 1, 0, 0],
  ]);
  assert.deepEqual(await counted({ code: ['field_missing'] }), [['field_missing', false, 1, 0, 0]]);
});

test('a topic without dead letters has none to list or count', async () => {
  const { ops } = await createLetterWorld();
  assert.deepEqual(await readNewestLetters(ops, { ...reading(), count: 10 }), []);
  assert.deepEqual(await countLetters(ops, reading()), []);
});

test('the dead letter of a place is found, and none where none stands', async () => {
  const world = await createLetterWorld();
  const place = await world.refuseLine({ line: 1, codes: ['not_json'] });
  const found = await readLetterAt(world.ops, place, signal);
  assert.equal(found?.opened.ok, true);
  for (const wrong of [
    { partition: 0, offset: 1 },
    { partition: 9, offset: 0 },
  ])
    assert.equal(await readLetterAt(world.ops, wrong, signal), undefined);
});

test('a place is read as it is shown, by its topic, or without its stream, and nothing else is a place', () => {
  const place = { partition: 2, offset: 41 };
  for (const text of ['rejected/2/41', '2/41', 'transactions.rejected.v1/2/41'])
    assert.deepEqual(readPlace(text), place);
  for (const text of ['held/2/41', '2', '2/x', '-2/41', 'rejected/2/41/1', ''])
    assert.equal(readPlace(text), undefined, text);
});
