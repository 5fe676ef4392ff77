import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '@weir/artefacts';
import { defaultWindowPlan } from '@weir/windows';
import { drawnModels } from './fixtures/drawn-models.ts';
import type { DrawnModel } from './fixtures/drawn-models.ts';
import { listOf } from './fixtures/list-artefacts.ts';
import { publishedRuleset, writtenRuleset } from './fixtures/ruleset-artefacts.ts';
import { modelsReaderOver, topicsReaderOver } from './fixtures/topics-reader.ts';
import { createJudgeResolver, createKeptLists, createResolvers, createRulesetResolver } from '@weir/verdicts';
import type { InForce, ResolverSources } from '@weir/verdicts';

const isUnknown = { code: 'artefact_unknown', recovery: 'halt' };

const versionsWith = (model?: string) => ({
  ruleset: 'starter@2',
  windowPlan: defaultWindowPlan.ref,
  ...(model === undefined ? {} : { model }),
});
const inForce = ({ reference: { ref, digest, location } }: DrawnModel) => ({
  versions: versionsWith(ref),
  model: { digest, location },
});
const judgesOver = (sources: ResolverSources) => createResolvers(sources).resolveJudge;
const [first, second] = drawnModels as [DrawnModel, DrawnModel];

test('a model is read once for all who ask, at the same time or later', async () => {
  const models = modelsReaderOver(drawnModels);
  const resolve = judgesOver(models);
  const asked = await Promise.all([
    resolve(inForce(first), defaultWindowPlan),
    resolve(inForce(first), defaultWindowPlan),
  ]);
  assert.equal(asked[0], asked[1]);
  assert.equal(await resolve(inForce(first), defaultWindowPlan), asked[0]);
  assert.equal(models.reads('models'), 1);
  assert.notEqual(await resolve(inForce(second), defaultWindowPlan), asked[0]);
});

test('without a model nothing is read', async () => {
  const models = modelsReaderOver([]);
  await judgesOver(models)({ versions: versionsWith() }, defaultWindowPlan);
  assert.equal(models.reads('models'), 0);
});

test('a ruleset the program does not have judges nothing', async () => {
  const versions = { ...versionsWith(), ruleset: 'starter@99' };
  await assert.rejects(judgesOver(modelsReaderOver([]))({ versions }, defaultWindowPlan), isUnknown);
});

const wrong: Readonly<Record<string, InForce>> = {
  'that is not there': {
    ...inForce(first),
    model: { ...inForce(first).model, location: { offset: 99, parts: 1 } },
  },
  'of another name': { ...inForce(first), versions: versionsWith('learned@7') },
  'of other content': { ...inForce(first), model: { ...inForce(first).model, digest: 'ab'.repeat(32) } },
  'without a place': { versions: versionsWith(first.reference.ref) },
};
for (const [what, asked] of Object.entries(wrong)) {
  test(`a model ${what} judges nothing`, async () => {
    await assert.rejects(judgesOver(modelsReaderOver(drawnModels))(asked, defaultWindowPlan), isUnknown);
  });
}

test('a model whose text was changed judges nothing', async () => {
  const events = first.events.map((event) => ({
    ...event,
    plaintext: Buffer.from(
      Buffer.from(event.plaintext).toString().replace('\\"frauds\\":20', '\\"frauds\\":21'),
    ),
  }));
  assert.notDeepEqual(events[0]?.plaintext, first.events[0]?.plaintext);
  const resolve = judgesOver(modelsReaderOver([{ events }]));
  await assert.rejects(resolve(inForce(first), defaultWindowPlan), isUnknown);
});

test('what could not be read is asked for again', async () => {
  const models = modelsReaderOver(drawnModels);
  let isAway = true;
  const resolve = judgesOver({
    ...models,
    kafka: {
      ...models.kafka,
      readRange: async (range) => {
        if (isAway) throw new Error('away');
        await models.kafka.readRange(range);
      },
    },
  });
  await assert.rejects(resolve(inForce(first), defaultWindowPlan), { message: 'away' });
  isAway = false;
  assert.equal((await resolve(inForce(first), defaultWindowPlan)) !== undefined, true);
});

test('only the judges that were asked for last are kept', async () => {
  const models = modelsReaderOver(drawnModels);
  const resolve = judgesOver(models);
  const plans = Array.from({ length: 6 }, (_, index) => ({ ...defaultWindowPlan, ref: `plan@${index + 1}` }));
  for (const plan of plans) await resolve(inForce(first), plan);
  assert.equal(models.reads('models'), 6);
  await resolve(inForce(first), plans[5]!);
  assert.equal(models.reads('models'), 6);
  await resolve(inForce(first), plans[0]!);
  assert.equal(models.reads('models'), 7);
});

const listed = (offset: number) => listOf(`watch@${offset + 1}`, [], { offset });
const watchers = Array.from({ length: 24 }, (_, offset) => listed(offset));
const watching = writtenRuleset('mine@1', {
  lists: [
    {
      ...{ id: 'watched', list: 'watch', of: 'counterparty', title: 'Watched', severity: 'high' },
      ...{ then: 'hold', explanation: 'It is watched.' },
    },
  ],
});

const published = () =>
  topicsReaderOver({
    artefacts: [publishedRuleset(watching), publishedRuleset(writtenRuleset('mine@2'))],
    lists: watchers.flatMap(({ events }) => events),
  });

const under = (ruleset: string, { inForce: list }: ReturnType<typeof listed>): InForce => ({
  versions: { ruleset, windowPlan: defaultWindowPlan.ref, lists: [list.ref] },
  lists: [list],
});

test('of the lists in force only those that a ruleset in force looks at are read', async () => {
  const reader = published();
  const resolve = judgesOver(reader);
  await resolve(under('mine@2', watchers[0]!), defaultWindowPlan);
  assert.equal(reader.reads('lists'), 0);
  const rollout = { stage: 'shadow' } as const;
  const candidate = { ruleset: 'mine@1', digest: digestOf(watching), rollout };
  await resolve({ ...under('mine@2', watchers[0]!), candidate }, defaultWindowPlan);
  assert.equal(reader.reads('lists'), 1);
});

test('a candidate of other content than the log names judges nothing, not even what is not its own', async () => {
  const candidate = { ruleset: 'mine@1', digest: 'ab'.repeat(32), rollout: { stage: 'shadow' } } as const;
  await assert.rejects(
    judgesOver(published())({ ...under('mine@2', watchers[0]!), candidate }, defaultWindowPlan),
    isUnknown,
  );
});

test('a judge is not kept longer than the lists it holds', async () => {
  const reader = published();
  const kept = createKeptLists(reader);
  const resolve = createJudgeResolver({
    resolveRuleset: createRulesetResolver(reader),
    lists: kept,
    models: reader,
  });
  const first = await resolve(under('mine@1', watchers[0]!), defaultWindowPlan);
  assert.equal(await resolve(under('mine@1', watchers[0]!), defaultWindowPlan), first);
  // Other lists that nobody's judge holds push the first one out.
  for (const { inForce } of watchers.slice(4)) await kept.resolve([inForce]);
  await resolve(under('mine@1', watchers[1]!), defaultWindowPlan);
  assert.notEqual(await resolve(under('mine@1', watchers[0]!), defaultWindowPlan), first);
});
