import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '@weir/artefacts';
import { encodePayload, events, systemTenant } from '@weir/contracts';
import type { UnsealedEvent } from '@weir/envelope';
import { artefactBodies, resolveRuleset } from '@weir/rules';
import type { Ruleset } from '@weir/rules';
import { createRulesetResolver } from '@weir/verdicts';
import { defaultWindowPlan } from '@weir/windows';
import { plainLogId } from './fixtures/plain-log.ts';
import { builtInDigest, publishedRuleset, writtenRuleset } from './fixtures/ruleset-artefacts.ts';
import { topicsReaderOver } from './fixtures/topics-reader.ts';

const isUnknown = { code: 'artefact_unknown', recovery: 'halt' };
const plan = defaultWindowPlan;
const written = writtenRuleset('mine@1');

const resolverOver = (...artefacts: readonly UnsealedEvent[]) => {
  const reader = topicsReaderOver({ artefacts });
  return { resolve: createRulesetResolver(reader), reads: () => reader.reads('artefacts') };
};

/** The announcement of an activation. */
function announced(ruleset: Ruleset): UnsealedEvent {
  const { type, dataSchema } = events.activation;
  return {
    ...{ id: 'activation', key: ruleset.ref, tenant: systemTenant, time: '2026-01-06T00:00:00.000Z' },
    ...{ type, dataSchema },
    plaintext: encodePayload(events.activation, {
      ...{ logId: plainLogId, sequence: 1, artefactKind: 'ruleset', artefact: ruleset.ref },
      digest: digestOf(ruleset),
    }),
  };
}

test('a ruleset that comes with the program needs no topic, and a published one is read once', async () => {
  const { resolve, reads } = resolverOver(publishedRuleset(written));
  assert.deepEqual(await resolve('starter@1', plan), resolveRuleset('starter@1'));
  assert.equal(reads(), 0);
  assert.deepEqual(await resolve('mine@1', plan, digestOf(written)), written);
  assert.deepEqual(await resolve('mine@1', plan), written);
  assert.equal(reads(), 1);
});

test('a ruleset that nobody has published stops the worker', async () => {
  await assert.rejects(resolverOver().resolve('mine@1', plan), isUnknown);
  await assert.rejects(resolverOver().resolve('starter@99', plan), isUnknown);
});

test('a ruleset that is not what its name, its digest or the log says is used by nobody', async () => {
  const other = writtenRuleset('mine@1', { holdFromMinor: 1 });
  for (const artefacts of [
    [publishedRuleset(written), publishedRuleset(other)],
    [publishedRuleset(written, { digest: digestOf(other) })],
    [publishedRuleset(writtenRuleset('another@1'), { artefact: 'mine@1' })],
    [publishedRuleset(written, { kind: 'window_plan' })],
    [publishedRuleset(writtenRuleset('mine@1', { rules: [] }))],
  ])
    await assert.rejects(resolverOver(...artefacts).resolve('mine@1', plan), isUnknown);
  const { resolve } = resolverOver(publishedRuleset(written));
  await assert.rejects(resolve('mine@1', plan, digestOf(other)), isUnknown);
  assert.deepEqual(await resolve('mine@1', plan), written);
  // Nor is it where it was found before.
  await assert.rejects(resolve('mine@1', plan, digestOf(other)), isUnknown);
});

test('a log that asks for other content of a ruleset than the program has stops the worker', async () => {
  const { resolve } = resolverOver();
  await assert.rejects(resolve('starter@1', plan, builtInDigest('starter@2')), isUnknown);
});

test('of two contents under one version the one that is meant is the one the log named', async () => {
  const other = writtenRuleset('mine@1', { holdFromMinor: 1 });
  const both = [publishedRuleset(written), publishedRuleset(other)];
  for (const ruleset of [written, other]) {
    assert.deepEqual(await resolverOver(...both).resolve('mine@1', plan, digestOf(ruleset)), ruleset);
    // Whoever takes a partition over behind the control record has the name alone.
    assert.deepEqual(await resolverOver(...both, announced(ruleset)).resolve('mine@1', plan), ruleset);
  }
});

test('of two partitions that ask for two contents under one version at the same time one stops the worker', async () => {
  const other = writtenRuleset('mine@1', { holdFromMinor: 1 });
  const { resolve } = resolverOver(publishedRuleset(written), publishedRuleset(other));
  const first = resolve('mine@1', plan, digestOf(written));
  await assert.rejects(resolve('mine@1', plan, digestOf(other)), isUnknown);
  assert.deepEqual(await first, written);
});

test('a ruleset is refused under a plan that has no windows for what it looks at', async () => {
  const short = { ...plan, ref: 'short@1', spans: [plan.spans[0]] as const };
  const looksAtHours = writtenRuleset('mine@1', {
    rules: [{ ...written.rules[0]!, when: 'count_24h > 3' }],
  });
  const { resolve } = resolverOver(publishedRuleset(looksAtHours));
  assert.deepEqual(await resolve('mine@1', plan), looksAtHours);
  await assert.rejects(resolve('mine@1', short), { ...isUnknown, message: /"weir windows rebuild --plan"/ });
  await assert.rejects(resolve('starter@1', short), isUnknown);
});

test('an expression that names what nobody computes is refused before anything is decided by it', async () => {
  const odd = writtenRuleset('mine@1', { rules: [{ ...written.rules[0]!, when: 'mood > 3' }] });
  await assert.rejects(resolverOver(publishedRuleset(odd)).resolve('mine@1', plan), {
    ...isUnknown,
    message: /mood/,
  });
});

test('a shipped version never changes: a log that names it is decided by the very same body for ever', () => {
  const digests = artefactBodies.map(({ ref, body }) => `${ref} ${digestOf(body)}`);
  for (const shipped of [
    'standard@1 aff386cf1c43ce18ea902a19135b2895db2a6a2bf5f71c379f9fa81bd9c60285',
    'starter@1 7b187962b6c49a74d23f3078c353a57a58ba66e4f587dcb5e46dc42df061a5aa',
    'starter@2 b880b094c823cdffb104bf8c88aa9b0f93336aa13c436289352eda3a93aa546c',
  ])
    assert.ok(digests.includes(shipped), shipped);
});
