import assert from 'node:assert/strict';
import { digestOf } from '@weir/artefacts';
import { test } from 'node:test';
import { streams } from '@weir/contracts';
import type { OutgoingRecord } from '@weir/kafka';
import { defaultWindowPlan } from '@weir/windows';
import {
  activationsIn,
  createProcess,
  logId,
  openedTopics,
  recordsOf,
  type ArtefactProcess,
} from '../fixtures/artefact-topics.ts';
import { activatePlan } from './activate-plan.ts';
import { publishPlan, type ArtefactPorts } from './publish-plan.ts';

const wide = {
  ...defaultWindowPlan,
  ref: 'wide@1',
  spans: [...defaultWindowPlan.spans, { name: '60d', spanMs: 60 * 86_400_000 }],
};

const countSaid = async (process: ArtefactProcess): Promise<number> =>
  (await recordsOf(process, streams.artefacts.topic)).length;

/** A plan as another run of ingest would have sealed it. */
async function sealedPlan(plan: typeof wide): Promise<readonly OutgoingRecord[]> {
  const { ports } = await openedTopics();
  const appended: OutgoingRecord[] = [];
  const append: ArtefactPorts['producer']['append'] = async (_topic, _partition, records) => {
    appended.push(...records);
    return { firstOffset: 0 };
  };
  await publishPlan(JSON.stringify(plan), { ...ports, producer: { append } });
  return appended;
}

test('a plan is published once under its version, and saying it again changes nothing', async () => {
  const process = await openedTopics();
  const { ports } = process;
  const text = JSON.stringify(wide);
  assert.deepEqual(await publishPlan(text, ports), {
    ...{ artefact: 'wide@1', digest: digestOf(wide), isKnown: false },
  });
  assert.equal((await publishPlan(text, ports)).isKnown, true);
  assert.equal((await publishPlan(JSON.stringify(defaultWindowPlan), ports)).isKnown, true);
  assert.equal(await countSaid(process), 1);
});

test('a version that exists keeps its content, the one that comes with the program included', async () => {
  const { ports } = await openedTopics();
  await publishPlan(JSON.stringify(wide), ports);
  for (const plan of [wide, defaultWindowPlan]) {
    const other = JSON.stringify({ ...plan, allowedLatenessMs: 1_000 });
    await assert.rejects(publishPlan(other, ports), {
      code: 'config_invalid',
      message: /exists with other content/,
    });
  }
});

test('what is no plan is refused by the fields that are wrong', async () => {
  const { ports } = await openedTopics();
  await assert.rejects(publishPlan('{', ports), { code: 'config_invalid' });
  const wrong = JSON.stringify({ ...wide, ref: 'wide', spans: [] });
  await assert.rejects(publishPlan(wrong, ports), { message: /ref: .*; spans: / });
});

test('an activation stands in every partition under one number, and its answer says where', async () => {
  const process = await openedTopics();
  const { ports } = process;
  await publishPlan(JSON.stringify(wide), ports);
  const activated = await activatePlan({ ref: 'wide@1', logId }, ports);
  assert.deepEqual(activated, { artefact: 'wide@1', sequence: 1, positions: { 0: 2, 1: 2, 2: 2 } });
  assert.deepEqual(await activationsIn(process, 2), ['1 wide@1']);
});

/** Three changes of the announcing transaction, and one append to each partition of the log. */
const changes = [0, 1, 2, 3, 4, 5];

test('an activation that was interrupted anywhere is finished under its number by saying it again', async () => {
  for (const isLost of [false, true]) {
    for (const changesLeft of changes) {
      const process = await openedTopics();
      await publishPlan(JSON.stringify(wide), process.ports);
      Object.assign(process.kill, { changesLeft, isLost });
      await assert.rejects(activatePlan({ ref: 'wide@1', logId }, process.ports));
      const next = await createProcess(process.broker);
      assert.equal((await activatePlan({ ref: 'wide@1', logId }, next.ports)).sequence, 1);
      for (const partition of [0, 1, 2])
        assert.deepEqual([...new Set(await activationsIn(next, partition))], ['1 wide@1']);
    }
  }
});

test('a newer activation finishes the last one first, and going back to an old plan is a new activation', async () => {
  const process = await openedTopics();
  await publishPlan(JSON.stringify(wide), process.ports);
  process.kill.changesLeft = 4;
  await assert.rejects(activatePlan({ ref: 'wide@1', logId }, process.ports));
  const next = await createProcess(process.broker);
  assert.equal((await activatePlan({ ref: 'standard@1', logId }, next.ports)).sequence, 2);
  for (const partition of [1, 2])
    assert.deepEqual(await activationsIn(next, partition), ['1 wide@1', '2 standard@1']);
  assert.equal((await activatePlan({ ref: 'wide@1', logId }, next.ports)).sequence, 3);
});

test('a plan that detection could not decide by is refused before the log is told anything', async () => {
  const process = await openedTopics();
  const { ports } = process;
  const [minute] = wide.spans;
  const short = { ...wide, ref: 'short@1', spans: [minute] };
  await publishPlan(JSON.stringify(short), ports);
  await publishPlan(JSON.stringify(wide), ports);
  // Two that publish at the same time may both find nothing there.
  const other = await sealedPlan({ ...wide, allowedLatenessMs: 1_000 });
  await ports.producer.append(streams.artefacts.topic, 0, other);
  const said = await countSaid(process);
  for (const [ref, why] of [
    ['short@1', /ruleset starter@1 can't decide under window plan short@1/],
    ['wide@1', /published twice with different content/],
  ] as const) {
    await assert.rejects(activatePlan({ ref, logId }, ports), { code: 'artefact_unknown', message: why });
    await assert.rejects(publishPlan(JSON.stringify(wide), ports), { code: 'artefact_unknown' });
  }
  assert.deepEqual(await activationsIn(process, 0), []);
  assert.equal(await countSaid(process), said);
});

test('where the log no longer says its ruleset, a plan has to serve every one there is', async () => {
  const process = await openedTopics();
  const { ports } = process;
  const [minute] = wide.spans;
  for (const plan of [wide, { ...wide, ref: 'short@1', spans: [minute] }])
    await publishPlan(JSON.stringify(plan), ports);
  const forgetful = { ...process.kafka, offsets: async () => [{ partition: 0, earliest: 1, end: 1 }] };
  const later = { ...ports, kafka: forgetful };
  await assert.rejects(activatePlan({ ref: 'short@1', logId }, later), { code: 'artefact_unknown' });
  assert.equal((await activatePlan({ ref: 'wide@1', logId }, later)).sequence, 1);
});

test('a plan nobody published, and a log that is another, get no control record', async () => {
  const process = await openedTopics();
  const { ports } = process;
  await assert.rejects(activatePlan({ ref: 'wide@1', logId }, ports), { code: 'artefact_unknown' });
  await publishPlan(JSON.stringify(wide), ports);
  const other = '018f3b9e-0000-4000-8000-000000000002';
  await assert.rejects(activatePlan({ ref: 'wide@1', logId: other }, ports), { code: 'log_other' });
  assert.deepEqual(await activationsIn(process, 0), []);
});
