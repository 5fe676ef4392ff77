import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePayload, events, systemTenant } from '@weir/contracts';
import type { Artefact } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import { createPlanResolver, planDigest } from '@weir/verdicts';
import { defaultWindowPlan } from '@weir/windows';
import type { WindowPlan } from '@weir/windows';
import { plainLogId } from './fixtures/plain-log.ts';
import { createPlainParts, plainRecord } from './fixtures/plain-parts.ts';

const wide: WindowPlan = {
  ...defaultWindowPlan,
  ref: 'wide@1',
  spans: [...defaultWindowPlan.spans, { name: '60d', spanMs: 60 * 86_400_000 }],
};

function published(
  plan: WindowPlan,
  changed: { readonly artefact?: string; readonly digest?: string; readonly kind?: 'ruleset' } = {},
): KafkaRecord {
  const { type, dataSchema } = events.artefact;
  return plainRecord(0, {
    id: 'artefact',
    key: plan.ref,
    tenant: systemTenant,
    time: '2026-01-06T00:00:00.000Z',
    type,
    dataSchema,
    plaintext: encodePayload(events.artefact, {
      ...{
        kind: 'window_plan',
        artefact: plan.ref,
        digest: planDigest(plan),
        body: JSON.parse(JSON.stringify(plan)) as Artefact['body'],
      },
      ...changed,
    }),
  });
}

/** The announcement of an activation, for one log or another. */
function announced(plan: WindowPlan, logId = plainLogId): KafkaRecord {
  const { type, dataSchema } = events.activation;
  return plainRecord(0, {
    ...{ id: 'activation', key: plan.ref, tenant: systemTenant, time: '2026-01-06T00:00:00.000Z' },
    ...{ type, dataSchema },
    plaintext: encodePayload(events.activation, {
      ...{ logId, sequence: 1, artefactKind: 'window_plan', artefact: plan.ref, digest: planDigest(plan) },
    }),
  });
}

/** A resolver over these records, and how often it read them. */
function resolverOver(records: readonly KafkaRecord[]) {
  const { opening } = createPlainParts().parts;
  const state = { reads: 0 };
  const resolve = createPlanResolver({
    ...opening,
    kafka: {
      readRange: async ({ onRecord }) => {
        state.reads += 1;
        for (const record of records) await onRecord(record);
      },
    },
  });
  return { resolve, state };
}

const isUnknown = { code: 'artefact_unknown', recovery: 'halt' };

test('the plan that comes with the program needs no topic, and a published one is read once', async () => {
  const { resolve, state } = resolverOver([published({ ...wide, ref: 'other@1' }), published(wide)]);
  assert.deepEqual(await resolve('standard@1'), defaultWindowPlan);
  assert.equal(state.reads, 0);
  assert.deepEqual(await resolve('wide@1', planDigest(wide)), wide);
  assert.deepEqual(await resolve('wide@1'), wide);
  assert.equal(state.reads, 1);
});

test('a plan nobody published, and one that is only a ruleset by that name, stop the worker', async () => {
  await assert.rejects(resolverOver([]).resolve('wide@1'), isUnknown);
  await assert.rejects(resolverOver([published(wide, { kind: 'ruleset' })]).resolve('wide@1'), isUnknown);
});

test('a plan that is not what its name, its digest or the log says is used by nobody', async () => {
  const shorter = { ...wide, allowedLatenessMs: 0 };
  for (const records of [
    [published(wide), published(shorter)],
    [published(wide, { digest: planDigest(shorter) })],
    [published({ ...wide, ref: 'another@1' }, { artefact: 'wide@1' })],
    [published({ ...wide, futureToleranceMs: -1 })],
  ]) {
    await assert.rejects(resolverOver(records).resolve('wide@1'), isUnknown);
  }
  await assert.rejects(resolverOver([published(wide)]).resolve('wide@1', planDigest(shorter)), isUnknown);
  await assert.rejects(resolverOver([]).resolve('standard@1', planDigest(wide)), isUnknown);
});

test('a plan that is published a second time as it was is still that plan', async () => {
  assert.deepEqual(await resolverOver([published(wide), published(wide)]).resolve('wide@1'), wide);
});

test('of two contents under one version the one that is meant is the one the log named', async () => {
  const shorter = { ...wide, allowedLatenessMs: 0 };
  const both = [published(wide), published(shorter)];
  for (const plan of [wide, shorter]) {
    assert.deepEqual(await resolverOver(both).resolve('wide@1', planDigest(plan)), plan);
    // Whoever takes a partition over behind the control record has the name alone.
    assert.deepEqual(await resolverOver([...both, announced(plan)]).resolve('wide@1'), plan);
  }
  const other = '018f3b9e-0000-4000-8000-000000000009';
  const undecided = [...both, announced(wide), announced(shorter, other)];
  await assert.rejects(resolverOver(undecided).resolve('wide@1'), isUnknown);
});
