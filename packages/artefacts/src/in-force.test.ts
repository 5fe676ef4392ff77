import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activation, type Activation } from '@weir/contracts';
import { findArtefactAmong } from './find-artefact.ts';
import { digestOf } from './digest-of.ts';
import { inForce, lastActivation } from './in-force.ts';

const logId = '018f3b9e-0000-4000-8000-000000000001';
const otherLog = '018f3b9e-0000-4000-8000-000000000002';

const activated = (
  sequence: number,
  artefactKind: Activation['artefactKind'],
  artefact: string,
  more: Partial<Activation> = {},
): Activation =>
  activation.parse({ logId, sequence, artefactKind, artefact, digest: 'a'.repeat(64), ...more });

const canary = { rollout: { stage: 'canary', percent: 5 } } as const;
const shadow = { rollout: { stage: 'shadow' } } as const;
const at = (offset: number) => ({ location: { offset, parts: 1 } });

const rulesetsAfter = (...activations: readonly Activation[]) => {
  const { ruleset, candidate } = inForce({ activations }, logId);
  return [ruleset?.artefact, candidate?.artefact, candidate?.rollout.stage];
};

test('a candidate stands beside the ruleset in force, and the next takes its place', () => {
  const first = activated(1, 'ruleset', 'payments@1');
  const second = activated(2, 'ruleset', 'payments@2', canary);
  const third = activated(3, 'ruleset', 'payments@3', shadow);
  assert.deepEqual(rulesetsAfter(), [undefined, undefined, undefined]);
  assert.deepEqual(rulesetsAfter(second), [undefined, 'payments@2', 'canary']);
  assert.deepEqual(rulesetsAfter(first, second), ['payments@1', 'payments@2', 'canary']);
  assert.deepEqual(rulesetsAfter(first, second, third), ['payments@1', 'payments@3', 'shadow']);
});

test('a ruleset that comes in place of the one in force ends the candidate, also where it was in force already', () => {
  const first = activated(1, 'ruleset', 'payments@1');
  const beside = activated(2, 'ruleset', 'payments@2', canary);
  for (const ref of ['payments@1', 'payments@2'])
    assert.deepEqual(rulesetsAfter(first, beside, activated(3, 'ruleset', ref)), [ref, undefined, undefined]);
});

test('each kind has its own last one, lists by their names, and another log says nothing', () => {
  const activations = [
    activated(5, 'list', 'mules@2', at(9)),
    activated(1, 'window_plan', 'wide@1'),
    activated(2, 'list', 'mules@1', at(1)),
    activated(3, 'list', 'staff@1', at(4)),
    activated(4, 'model', 'learned@1', at(0)),
    activated(6, 'team_model', 'team@1'),
    { ...activated(7, 'window_plan', 'wide@2'), logId: otherLog },
  ];
  const now = inForce({ activations }, logId);
  assert.deepEqual(
    [now.windowPlan?.artefact, now.model?.artefact, now.teamModel?.artefact],
    ['wide@1', 'learned@1', 'team@1'],
  );
  assert.deepEqual(
    [...now.lists].map(([name, { artefact }]) => `${name} ${artefact}`),
    ['mules mules@2', 'staff staff@1'],
  );
  assert.equal(lastActivation({ activations }, logId)?.sequence, 6);
});

const body = { holdAt: 0.5 };
const published = { kind: 'ruleset', artefact: 'payments@1', digest: digestOf(body), body } as const;
const changed = { ...published, digest: digestOf({ holdAt: 0.4 }), body: { holdAt: 0.4 } };
const wanted = { kind: 'ruleset', ref: 'payments@1' } as const;

test('an artefact is found by its kind and name, and what was published twice by what the log asks for', () => {
  const find = (digest?: string, activations: readonly Activation[] = []) =>
    findArtefactAmong({ artefacts: [published, changed], activations }, { ...wanted, digest });
  assert.equal(find(changed.digest), changed);
  const announced = activated(1, 'ruleset', 'payments@1', { digest: published.digest });
  assert.equal(find(undefined, [announced]), published);
  assert.throws(() => find(), { code: 'artefact_unknown', message: /published twice/ });
  assert.throws(() => find('0'.repeat(64)), { code: 'artefact_unknown', message: /other content/ });
  const none = { artefacts: [published], activations: [] };
  assert.equal(findArtefactAmong(none, { kind: 'window_plan', ref: 'payments@1' }), undefined);
});

test('an artefact that was altered after it was published is refused', () => {
  const altered = { ...published, body: { holdAt: 0.9 } };
  assert.throws(() => findArtefactAmong({ artefacts: [altered], activations: [] }, wanted), {
    code: 'artefact_unknown',
    message: /not what its digest says/,
  });
});
