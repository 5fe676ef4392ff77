import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKeptLists } from '@weir/verdicts';
import { listOf } from './fixtures/list-artefacts.ts';
import { pseudonymFor } from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { topicsReaderOver } from './fixtures/topics-reader.ts';

const isUnknown = { code: 'artefact_unknown', recovery: 'halt' };
const shop = pseudonymFor('c', 'shop-1');
const prefix = Buffer.from(shop.slice(3), 'base64url').toString('hex', 0, 6);

/** So many lists, one behind the other, each of one part. */
const lists = Array.from({ length: 20 }, (_, offset) =>
  listOf(`list-${offset}@1`, offset === 1 ? [shop] : [], { offset }),
);
const [none, watch, ...others] = lists.map(({ inForce }) => inForce);
const readerOver = () => topicsReaderOver({ lists: lists.flatMap(({ events }) => events) });

test('lists are read where the log says that they stand, each once for all who ask at the same time or later', async () => {
  const reader = readerOver();
  const kept = createKeptLists(reader);
  const asked = await Promise.all([kept.resolve([none!, watch!]), kept.resolve([watch!])]);
  assert.deepEqual(
    asked.map((found) => [...found].map(([name, list]) => [name, list.ref, list.has(prefix, 0)])),
    [
      [
        ['list-0', 'list-0@1', false],
        ['list-1', 'list-1@1', true],
      ],
      [['list-1', 'list-1@1', true]],
    ],
  );
  assert.equal(asked[0]?.get('list-1'), asked[1]?.get('list-1'));
  await kept.resolve([none!, watch!]);
  assert.equal(reader.reads('lists'), 2);
});

test('no more lists are kept than can be in force and were just replaced, whoever asked for them', async () => {
  const reader = readerOver();
  const kept = createKeptLists(reader);
  for (const one of [none!, watch!, ...others]) await kept.resolve([one]);
  assert.equal(reader.reads('lists'), 20);
  assert.equal(kept.areKept([none!]), false);
  assert.equal(kept.areKept([watch!]), false);
  assert.equal(kept.areKept(others), true);
  await kept.resolve([none!]);
  assert.equal(reader.reads('lists'), 21);
});

test('a list that is not there, of another name or of other content is on nobody', async () => {
  const reader = readerOver();
  for (const wrong of [
    { ...watch!, location: { offset: 99, parts: 1 } },
    { ...watch!, location: { offset: 2, parts: 1 } },
    { ...watch!, ref: 'list-1@2' },
    { ...watch!, digest: 'ab'.repeat(32) },
  ])
    await assert.rejects(createKeptLists(reader).resolve([wrong]), isUnknown);
});

test('a list that could not be read is asked for again', async () => {
  const reader = readerOver();
  let isAway = true;
  const kept = createKeptLists({
    ...reader,
    kafka: {
      ...reader.kafka,
      readRange: async (range) => {
        if (isAway) throw new Error('away');
        await reader.kafka.readRange(range);
      },
    },
  });
  await assert.rejects(kept.resolve([watch!]), { message: 'away' });
  isAway = false;
  assert.equal((await kept.resolve([watch!])).size, 1);
});
