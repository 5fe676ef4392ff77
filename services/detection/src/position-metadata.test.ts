import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogState } from '@weir/verdicts';
import { decodePositionMetadata, encodePositionMetadata, metadataLimitBytes } from './position-metadata.ts';

const log: LogState = {
  logId: '018f3b9e-0000-4000-8000-000000000000',
  partitionCount: 4,
  versions: { ruleset: 'starter@1', windowPlan: 'standard@1' },
  sequence: 0,
};
const digest = 'cd'.repeat(32);
const location = { offset: 41, parts: 2 };
const learned: LogState = {
  ...log,
  versions: { ...log.versions, model: 'learned@1' },
  model: { digest, location },
  sequence: 1,
};

test('the metadata of a committed position brings back the log and its versions', () => {
  for (const state of [log, learned, { ...log, sequence: 7 }])
    assert.deepEqual(decodePositionMetadata(encodePositionMetadata(state)), state);
});

test('what is committed beside a position keeps its form, for logs that exist already', () => {
  assert.equal(
    encodePositionMetadata(log),
    '{"logId":"018f3b9e-0000-4000-8000-000000000000","partitionCount":4,"ruleset":"starter@1","windowPlan":"standard@1"}',
  );
  assert.deepEqual(
    decodePositionMetadata(
      `{"logId":"${log.logId}","partitionCount":4,"ruleset":"starter@1","windowPlan":"standard@1","model":"learned@1","modelAt":{"digest":"${digest}","location":{"offset":41,"parts":2}},"sequence":1}`,
    ),
    learned,
  );
});

test('metadata somebody else wrote is no answer', () => {
  for (const text of ['', '{}', 'null', '{"logId":"x"}', encodePositionMetadata(log).slice(1)])
    assert.equal(decodePositionMetadata(text), undefined);
});

test('metadata that names a model without its place, or a place without a model, is no answer', () => {
  const { model: _place, ...placeless } = learned;
  assert.equal(decodePositionMetadata(encodePositionMetadata(placeless)), undefined);
  assert.equal(
    decodePositionMetadata(encodePositionMetadata({ ...learned, versions: log.versions })),
    undefined,
  );
});

const longest = (index: number): string => `${'x'.repeat(61)}${String(index).padStart(2, '0')}@999999999`;

/** As much as can be in force at once, with the longest names and numbers there are. */
const fullest: LogState = {
  ...log,
  partitionCount: 99_999,
  versions: {
    ...{ ruleset: longest(90), windowPlan: longest(91), model: longest(92), teamModel: longest(93) },
    lists: Array.from({ length: 16 }, (_, index) => longest(index)),
  },
  model: { digest, location: { offset: Number.MAX_SAFE_INTEGER, parts: 1_000 } },
  lists: Array.from({ length: 16 }, (_, index) => ({
    ref: longest(index),
    digest,
    location: { offset: Number.MAX_SAFE_INTEGER, parts: 1_000 },
  })),
  candidate: { ruleset: longest(94), digest, rollout: { stage: 'canary', percent: 99 } },
  sequence: Number.MAX_SAFE_INTEGER,
};

test('lists and a candidate come back, and the most there can be fits beside a position', () => {
  const text = encodePositionMetadata(fullest);
  assert.deepEqual(decodePositionMetadata(text), fullest);
  assert.ok(Buffer.byteLength(text) <= metadataLimitBytes, `${Buffer.byteLength(text)} bytes`);
});

test('metadata with what it should not have is no answer', () => {
  const text = encodePositionMetadata(fullest);
  for (const [what, instead] of [
    ['"percent":99', '"percent":100'],
    ['"stage":"canary"', '"stage":"half"'],
    ['"lists":[[', '"lists":[["extra",'],
    [`${longest(3)}`, 'no name'],
    ['"candidate":{', '"candidate":{"also":1,'],
  ] as const)
    assert.equal(decodePositionMetadata(text.replace(what, instead)), undefined, what);
});
