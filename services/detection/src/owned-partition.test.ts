import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyControl, decodePositionMetadata, encodePositionMetadata } from './owned-partition.ts';

const log = {
  logId: '018f3b9e-0000-4000-8000-000000000000',
  partitionCount: 4,
  versions: { ruleset: 'starter@1', windowPlan: 'standard@1' },
  sequence: 0,
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

const activation = (
  sequence: number,
  artefact: string,
  artefactKind: 'ruleset' | 'window_plan' = 'ruleset',
) => ({
  kind: 'artefact_activated' as const,
  logId: log.logId,
  sequence,
  artefactKind,
  artefact,
  digest: 'ab'.repeat(32),
});

test('an activation changes one version, and saying it twice changes nothing more', () => {
  const once = applyControl(log, activation(1, 'starter@2'));
  assert.deepEqual(once.versions, { ruleset: 'starter@2', windowPlan: 'standard@1' });
  assert.deepEqual(applyControl(once, activation(1, 'starter@2')), once);
  const other = applyControl(once, activation(2, 'wide@1', 'window_plan'));
  assert.deepEqual(other.versions, { ruleset: 'starter@2', windowPlan: 'wide@1' });
});

const activationOfModel = (sequence: number, version: number) => ({
  ...{ kind: 'artefact_activated' as const, logId: log.logId, sequence, artefactKind: 'model' as const },
  ...{ artefact: `learned@${version}`, digest: 'cd'.repeat(32) },
  location: { offset: 40 + version, parts: 2 },
});

test('a model comes into force with its digest and its place, and leaves what else is in force as it is', () => {
  const wide = applyControl(log, activation(1, 'wide@1', 'window_plan'));
  const learned = applyControl(wide, activationOfModel(2, 3));
  assert.deepEqual(learned, {
    ...wide,
    versions: { ruleset: 'starter@1', windowPlan: 'wide@1', model: 'learned@3' },
    model: { digest: 'cd'.repeat(32), location: { offset: 43, parts: 2 } },
    sequence: 2,
  });
  assert.deepEqual(decodePositionMetadata(encodePositionMetadata(learned)), learned);
  assert.deepEqual(applyControl(learned, activation(3, 'starter@2')).model, learned.model);
});

test('a model that the log does not say the place of can not come into force', () => {
  const { location: _nowhere, ...placeless } = activationOfModel(1, 1);
  assert.throws(() => applyControl(log, placeless), { code: 'artefact_unknown' });
  assert.deepEqual(applyControl({ ...log, sequence: 5 }, placeless), { ...log, sequence: 5 });
});

test('metadata that names a model without its place, or a place without a model, is no answer', () => {
  const learned = applyControl(log, activationOfModel(1, 1));
  const { model: _place, ...placeless } = learned;
  assert.equal(decodePositionMetadata(encodePositionMetadata(placeless)), undefined);
  assert.equal(
    decodePositionMetadata(encodePositionMetadata({ ...learned, versions: log.versions })),
    undefined,
  );
});

test('an activation that is said again after a newer one does not bring the old version back', () => {
  const newer = applyControl(applyControl(log, activation(1, 'starter@2')), activation(2, 'starter@3'));
  assert.deepEqual(applyControl(newer, activation(1, 'starter@2')), newer);
});

test('the number of the last activation is kept beside the position, from the first one on', () => {
  const active = applyControl(log, activation(7, 'starter@2'));
  assert.deepEqual(decodePositionMetadata(encodePositionMetadata(active)), active);
});
