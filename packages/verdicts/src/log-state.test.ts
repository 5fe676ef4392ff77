import assert from 'node:assert/strict';
import { test } from 'node:test';
import { versions as contract } from '@weir/contracts';
import type { ControlRecord } from '@weir/contracts';
import { applyControl } from './log-state.ts';
import type { LogState } from './log-state.ts';

type Activated = Extract<ControlRecord, { kind: 'artefact_activated' }>;

const log: LogState = {
  logId: '018f3b9e-0000-4000-8000-000000000000',
  partitionCount: 4,
  versions: { ruleset: 'starter@1', windowPlan: 'standard@1' },
  sequence: 0,
};

const digest = 'ab'.repeat(32);

const activation = (
  sequence: number,
  artefact: string,
  changed: Partial<Pick<Activated, 'artefactKind' | 'location' | 'rollout'>> = {},
): Activated => ({
  kind: 'artefact_activated',
  ...{ logId: log.logId, sequence, artefactKind: 'ruleset', artefact, digest },
  ...changed,
});

const located = (artefactKind: 'model' | 'list', offset: number) =>
  ({ artefactKind, location: { offset, parts: 2 } }) as const;

/** What is in force behind these activations, numbered from 1 in their order. */
const behind = (...said: readonly Activated[]): LogState => said.reduce(applyControl, log);

test('an activation changes one version, and saying it twice changes nothing more', () => {
  const once = behind(activation(1, 'starter@2'));
  assert.deepEqual(once.versions, { ruleset: 'starter@2', windowPlan: 'standard@1' });
  assert.deepEqual(applyControl(once, activation(1, 'starter@2')), once);
  const other = applyControl(once, activation(2, 'wide@1', { artefactKind: 'window_plan' }));
  assert.deepEqual(other.versions, { ruleset: 'starter@2', windowPlan: 'wide@1' });
});

test('a model comes into force with its digest and its place, and leaves what else is in force as it is', () => {
  const wide = behind(activation(1, 'wide@1', { artefactKind: 'window_plan' }));
  const learned = applyControl(wide, activation(2, 'learned@3', located('model', 43)));
  assert.deepEqual(learned, {
    ...wide,
    versions: { ruleset: 'starter@1', windowPlan: 'wide@1', model: 'learned@3' },
    model: { digest, location: { offset: 43, parts: 2 } },
    sequence: 2,
  });
  assert.deepEqual(applyControl(learned, activation(3, 'starter@2')).model, learned.model);
});

test('versions stand in the order of their contract, whichever came first: so each verdict is written without a parse', () => {
  const said = [
    activation(1, 'watch@1', located('list', 3)),
    activation(2, 'team@1', { artefactKind: 'team_model' }),
    activation(3, 'learned@1', located('model', 43)),
  ];
  const { versions } = behind(...said);
  const inOrder = Object.keys(contract.shape).filter((name) => name in versions);
  assert.deepEqual(Object.keys(versions), inOrder);
  assert.equal(inOrder.length, 5);
});

test('a model or a list that the log does not say the place of can not come into force', () => {
  for (const artefactKind of ['model', 'list'] as const) {
    const placeless = activation(1, 'learned@1', { artefactKind });
    assert.throws(() => applyControl(log, placeless), { code: 'artefact_unknown' });
    assert.deepEqual(applyControl({ ...log, sequence: 5 }, placeless), { ...log, sequence: 5 });
  }
});

test('an activation that is said again after a newer one does not bring the old version back', () => {
  const newer = behind(activation(1, 'starter@2'), activation(2, 'starter@3'));
  assert.deepEqual(applyControl(newer, activation(1, 'starter@2')), newer);
});

const canary = { stage: 'canary', percent: 10 } as const;
const shadow = { stage: 'shadow' } as const;

test('a ruleset beside the one in force changes no version, and a second candidate takes its place', () => {
  const first = behind(activation(1, 'mine@1', { rollout: shadow }));
  assert.deepEqual(first.versions, log.versions);
  assert.deepEqual(first.candidate, { ruleset: 'mine@1', digest, rollout: shadow });
  const second = applyControl(first, activation(2, 'mine@2', { rollout: canary }));
  assert.deepEqual(second, {
    ...log,
    candidate: { ruleset: 'mine@2', digest, rollout: canary },
    sequence: 2,
  });
});

test('a ruleset that comes into force ends the candidate, be it another, the candidate or the one in force', () => {
  for (const next of ['mine@2', 'mine@1', 'starter@1']) {
    const state = behind(activation(1, 'mine@1', { rollout: canary }), activation(2, next));
    assert.deepEqual(state, { ...log, versions: { ...log.versions, ruleset: next }, sequence: 2 });
  }
});

test('what comes into force beside rulesets leaves the candidate as it is', () => {
  const begun = behind(activation(1, 'mine@1', { rollout: canary }));
  for (const said of [
    activation(2, 'wide@1', { artefactKind: 'window_plan' }),
    activation(2, 'watch@1', located('list', 3)),
    activation(2, 'learned@1', located('model', 3)),
  ])
    assert.deepEqual(applyControl(begun, said).candidate, begun.candidate);
});

test('lists stand in the order of their names, and a version takes the place of the one before', () => {
  const state = behind(
    activation(1, 'watch@1', located('list', 3)),
    activation(2, 'allow@9', located('list', 5)),
    activation(3, 'watch-more@1', located('list', 7)),
    activation(4, 'watch@10', located('list', 9)),
  );
  assert.deepEqual(state.versions.lists, ['allow@9', 'watch@10', 'watch-more@1']);
  assert.deepEqual(
    state.lists?.map(({ ref, location }) => [ref, location.offset]),
    [
      ['allow@9', 5],
      ['watch@10', 9],
      ['watch-more@1', 7],
    ],
  );
});

test('a seventeenth list can not come into force, but a version of the sixteenth can', () => {
  const sixteen = behind(
    ...Array.from({ length: 16 }, (_, index) => activation(index + 1, `l${index}@1`, located('list', index))),
  );
  assert.throws(() => applyControl(sixteen, activation(17, 'more@1', located('list', 99))), {
    code: 'artefact_unknown',
  });
  const next = applyControl(sixteen, activation(17, 'l15@2', located('list', 99)));
  assert.equal(next.lists?.length, 16);
});
