import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyControl, decodePositionMetadata, encodePositionMetadata } from './owned-partition.ts';

const log = {
  logId: '018f3b9e-0000-4000-8000-000000000000',
  partitionCount: 4,
  versions: { ruleset: 'starter@1', windowPlan: 'standard@1' },
};

test('the metadata of a committed position brings back the log and its versions', () => {
  assert.deepEqual(decodePositionMetadata(encodePositionMetadata(log)), log);
});

test('what is committed beside a position keeps its form, for logs that exist already', () => {
  assert.equal(
    encodePositionMetadata(log),
    '{"logId":"018f3b9e-0000-4000-8000-000000000000","partitionCount":4,"ruleset":"starter@1","windowPlan":"standard@1"}',
  );
});

test('metadata somebody else wrote is no answer', () => {
  for (const text of ['', '{}', 'null', '{"logId":"x"}', encodePositionMetadata(log).slice(1)]) {
    assert.equal(decodePositionMetadata(text), undefined);
  }
});

test('an activation changes one version, and saying it twice changes nothing more', () => {
  const control = {
    kind: 'artefact_activated' as const,
    logId: log.logId,
    artefactKind: 'ruleset' as const,
    artefact: 'starter@2',
    digest: 'ab'.repeat(32),
  };
  const once = applyControl(log, control);
  assert.deepEqual(once.versions, { ruleset: 'starter@2', windowPlan: 'standard@1' });
  assert.deepEqual(applyControl(once, control), once);
});
