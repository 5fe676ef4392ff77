import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWindowPlan } from '@weir/windows';
import { drawnModels } from './fixtures/drawn-models.ts';
import type { DrawnModel } from './fixtures/drawn-models.ts';
import { modelsReaderOver } from './fixtures/models-reader.ts';
import { createJudgeResolver } from './resolve-judge.ts';

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
const [first, second] = drawnModels as [DrawnModel, DrawnModel];

test('a model is read once for all who ask, at the same time or later', async () => {
  const models = modelsReaderOver(drawnModels);
  const resolve = createJudgeResolver(models);
  const asked = await Promise.all([
    resolve(inForce(first), defaultWindowPlan),
    resolve(inForce(first), defaultWindowPlan),
  ]);
  assert.equal(asked[0], asked[1]);
  assert.equal(await resolve(inForce(first), defaultWindowPlan), asked[0]);
  assert.equal(models.reads(), 1);
  assert.notEqual(await resolve(inForce(second), defaultWindowPlan), asked[0]);
});

test('without a model nothing is read', async () => {
  const models = modelsReaderOver([]);
  await createJudgeResolver(models)({ versions: versionsWith() }, defaultWindowPlan);
  assert.equal(models.reads(), 0);
});

test('a ruleset the program does not have judges nothing', async () => {
  const versions = { ...versionsWith(), ruleset: 'starter@99' };
  await assert.rejects(createJudgeResolver(modelsReaderOver([]))({ versions }, defaultWindowPlan), isUnknown);
});

const wrong: Readonly<Record<string, Parameters<ReturnType<typeof createJudgeResolver>>[0]>> = {
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
    await assert.rejects(
      createJudgeResolver(modelsReaderOver(drawnModels))(asked, defaultWindowPlan),
      isUnknown,
    );
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
  const resolve = createJudgeResolver(modelsReaderOver([{ events }]));
  await assert.rejects(resolve(inForce(first), defaultWindowPlan), isUnknown);
});

test('what could not be read is asked for again', async () => {
  const models = modelsReaderOver(drawnModels);
  let isAway = true;
  const resolve = createJudgeResolver({
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
  const resolve = createJudgeResolver(models);
  const plans = Array.from({ length: 6 }, (_, index) => ({ ...defaultWindowPlan, ref: `plan@${index + 1}` }));
  for (const plan of plans) await resolve(inForce(first), plan);
  assert.equal(models.reads(), 6);
  await resolve(inForce(first), plans[5]!);
  assert.equal(models.reads(), 6);
  await resolve(inForce(first), plans[0]!);
  assert.equal(models.reads(), 7);
});
