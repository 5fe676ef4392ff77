import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { streams, WeirError } from '@weir/contracts';
import type { KafkaClient, KafkaRecord, TopicSpec } from '@weir/kafka';
import { createMemoryKafka } from '@weir/kafka/memory';
import type { ReplayPlan } from '@weir/replays';
import { makeTempFolder } from '@weir/testkit';
import type { OpenTarget, TargetState } from '../copy/copy-target.ts';
import { keptReplay, samplePlan } from '../fixtures/kept-replay.ts';
import { createShadows } from './shadows.ts';

const topic = 'weir.replay.test';
const dayMs = 86_400_000;
const nowMs = Date.parse('2026-03-01T00:00:00.000Z');
const source = streams.received.topic;
/** Older than anything is kept. */
const oldMs = nowMs - 44 * dayMs;

const planOf = (replayId: string): ReplayPlan =>
  samplePlan(replayId, {
    target: { kind: 'shadow', topic },
    stretches: [0, 1].map((partition) => ({ partition, warmFrom: 0, from: 0, to: 40 })),
  });

/** A log of 40 records in each of two partitions, and the shadows of replays of it. */
async function createWorld() {
  const memory = createMemoryKafka(() => nowMs);
  const kafka = memory.connect();
  await kafka.ensureTopics([{ topic: source, partitions: 2, replicationFactor: 1, config: {} }]);
  const producer = await kafka.createProducer();
  const originals: KafkaRecord[] = [];
  for (const partition of [0, 1])
    for (let at = 0; at < 40; at += 1)
      await producer.append(source, partition, [
        {
          key: `account-${at % 3}`,
          value: Buffer.from([partition, at, 255]),
          headers: { ce_id: `${partition}-${at}`, raw: Buffer.from([0, at]) },
          timestampMs: oldMs + at,
        },
      ]);
  await kafka.readRange({
    ...{ topic: source, from: 'earliest', onRecord: (record) => void originals.push(record) },
    ...{ readCommitted: true, deadlineMs: 5_000 },
  });
  const folder = makeTempFolder('shadows');
  const kept = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'].map((replayId) => keptReplay(replayId, {}, planOf(replayId)));
  const folderOf = (replayId: string): string => join(folder, replayId);
  for (const { plan } of kept) mkdirSync(folderOf(plan.replayId));
  const made: TopicSpec[] = [];
  const shadowsOver = (different: Partial<KafkaClient> = {}) =>
    createShadows({
      kafka: {
        ...kafka,
        createTopic: async (spec) => {
          made.push(spec);
          return kafka.createTopic(spec);
        },
        ...different,
      },
      store: { list: () => kept, folderOf },
      ...{ keepMs: 30 * dayMs, nowMs: () => nowMs },
    });
  const of = (partition: number, from: number, to: number) =>
    originals
      .filter((record) => record.partition === partition && record.offset >= from && record.offset < to)
      .map((record) => ({ record, opened: undefined }));
  const copies = async (): Promise<readonly KafkaRecord[]> => {
    const seen: KafkaRecord[] = [];
    await kafka.readRange({
      ...{ topic, from: 'earliest', onRecord: (record) => void seen.push(record) },
      ...{ readCommitted: true, deadlineMs: 5_000 },
    });
    return seen.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
  };
  const open = (from?: TargetState, shadows = shadowsOver()): Promise<OpenTarget> =>
    shadows.targetOf(planOf('aaaaaaaaaaaa')).open(from);
  return { kafka, producer, originals, of, copies, open, shadowsOver, made };
}
type World = Awaited<ReturnType<typeof createWorld>>;

/** What a copy has of its original, and what it says of it. */
const said = ({ partition, offset, timestampMs, key, value, headers }: KafkaRecord) => {
  const { weir_replay, weir_from_topic, weir_from_partition, weir_from_offset, ...its } = headers;
  return {
    from: [weir_from_topic, weir_from_partition, weir_from_offset].join('/'),
    by: String(weir_replay),
    ...{ partition, offset, timestampMs, key, value, its },
  };
};

function assertWhole({ originals }: World, copies: readonly KafkaRecord[]): void {
  assert.deepEqual(
    copies.map(said),
    originals.map(({ partition, offset, timestampMs, key, value, headers }) => ({
      from: `${source}/${partition}/${offset}`,
      by: 'aaaaaaaaaaaa',
      ...{ partition, offset, timestampMs, key, value, its: { ...headers } },
    })),
  );
}

const mismatch = { code: 'topic_mismatch' };
const foreignRecord = { key: 'somebody', value: Buffer.from('else'), headers: {} };

test('a copy has every byte of its original, its time, and where it is from', async () => {
  const world = await createWorld();
  const target = await world.open();
  for (const partition of [0, 1]) {
    await target.take(world.of(partition, 0, 25));
    await target.take(world.of(partition, 25, 40));
    await target.settle();
  }
  await target.close();
  assertWhole(world, await world.copies());
});

test('headers that can not be copied are named', async () => {
  const world = await createWorld();
  const target = await world.open();
  const [first] = world.of(0, 0, 1);
  assert.ok(first);
  await target.take([{ ...first, record: { ...first.record, repeatedHeaders: ['twice'] } }]);
  const [copy] = await world.copies();
  assert.equal(String(copy?.headers['weir_left_out']), '["twice"]');
});

test('the topic has the shape of the source, and keeps records of any age for as long as a replay is kept', async () => {
  const world = await createWorld();
  await (await world.open()).close();
  const [spec] = world.made;
  assert.deepEqual([spec?.topic, spec?.partitions, spec?.replicationFactor], [topic, 2, 1]);
  // The broker counts from the time of a record, and the oldest is 44 days old.
  assert.equal(spec?.config['retention.ms'], String((30 + 44 + 1) * dayMs));
  assert.equal(spec?.config['message.timestamp.type'], 'CreateTime');
});

test('whatever was appended behind the last checkpoint when a run was killed is not appended again', async () => {
  const world = await createWorld();
  let settled: TargetState | undefined;
  for (const [partition, from, to, isSettled] of [
    [0, 0, 10, false],
    [0, 0, 20, true],
    [0, 20, 35, false],
    [0, 20, 40, true],
    [1, 0, 15, false],
    [1, 0, 40, true],
  ] as const) {
    const target = await world.open(settled);
    await target.take(world.of(partition, from, to));
    // One that isn't settled was killed: nobody closes it.
    if (isSettled) settled = JSON.parse(JSON.stringify(await target.settle())) as TargetState;
  }
  assertWhole(world, await world.copies());
});

test('an append of which nobody knows whether it arrived is looked up, not repeated', async () => {
  const world = await createWorld();
  let lost = 0;
  const losing = world.shadowsOver({
    createProducer: async (options) => {
      const producer = await world.kafka.createProducer(options);
      const append: typeof producer.append = async (...args) => {
        const appended = await producer.append(...args);
        if ((lost += 1) === 1) throw new WeirError('publish_outcome_unknown', 'no answer');
        return appended;
      };
      return { ...producer, append };
    },
  });
  const first = await world.open(undefined, losing);
  await assert.rejects(first.take(world.of(0, 0, 40)), { code: 'publish_outcome_unknown' });
  const second = await world.open(undefined, losing);
  for (const partition of [0, 1]) await second.take(world.of(partition, 0, 40));
  await second.settle();
  assertWhole(world, await world.copies());
});

test('a topic that exists is refused when a replay is planned, and fails one that was planned before', async () => {
  const world = await createWorld();
  const refusal = () => world.shadowsOver().refusal({ kind: 'shadow', topic });
  assert.equal(await refusal(), undefined);
  await world.kafka.ensureTopics([{ topic, partitions: 2, replicationFactor: 1, config: {} }]);
  assert.equal((await refusal())?.code, 'target_exists');
  await assert.rejects(world.open(), { ...mismatch, message: /exists, and this replay has not made it/ });
  assert.equal(await world.shadowsOver().remove({ plan: planOf('aaaaaaaaaaaa') }), false);
  assert.ok(await world.kafka.hasTopic(topic), 'it is left alone');
});

test('a topic that comes about in the very moment is left alone too', async () => {
  const world = await createWorld();
  const late = world.shadowsOver({ createTopic: async () => 'exists' });
  await assert.rejects(world.open(undefined, late), mismatch);
  await world.kafka.ensureTopics([{ topic, partitions: 2, replicationFactor: 1, config: {} }]);
  assert.equal(await world.shadowsOver().remove({ plan: planOf('aaaaaaaaaaaa') }), false);
  assert.ok(await world.kafka.hasTopic(topic));
});

test('the topic of another replay is not copied to, also where it is just being removed', async () => {
  const world = await createWorld();
  await (await world.shadowsOver().targetOf(planOf('bbbbbbbbbbbb')).open(undefined)).close();
  await assert.rejects(world.open(), mismatch);
  await world.kafka.deleteTopic(topic);
  await assert.rejects(world.open(), mismatch);
  assert.equal((await world.shadowsOver().refusal({ kind: 'shadow', topic }))?.code, 'target_exists');
  await world.shadowsOver().remove({ plan: planOf('bbbbbbbbbbbb') });
  await (await world.open()).close();
});

test('a run that was killed while it made its topic takes it for its own, unless somebody wrote to it', async () => {
  const world = await createWorld();
  const dying = world.shadowsOver({
    createTopic: async (spec) => {
      await world.kafka.createTopic(spec);
      throw new WeirError('broker_unavailable', 'no answer');
    },
  });
  await assert.rejects(world.open(undefined, dying), { code: 'broker_unavailable' });
  await world.producer.append(topic, 1, [foreignRecord]);
  await assert.rejects(world.open(), mismatch);
  assert.equal(await world.shadowsOver().remove({ plan: planOf('aaaaaaaaaaaa') }), false);
  assert.ok(await world.kafka.hasTopic(topic), 'it is left to whoever wrote to it');
});

test('a topic that was taken for its own stays so, whoever writes to it later, and goes with its replay', async () => {
  const world = await createWorld();
  const dying = world.shadowsOver({
    createTopic: async (spec) => {
      await world.kafka.createTopic(spec);
      throw new WeirError('broker_unavailable', 'no answer');
    },
  });
  await assert.rejects(world.open(undefined, dying), { code: 'broker_unavailable' });
  await (await world.open()).close();
  await world.producer.append(topic, 1, [foreignRecord]);
  await assert.rejects(world.open(), { ...mismatch, message: /records that this replay has not copied/ });
  assert.equal(await world.shadowsOver().remove({ plan: planOf('aaaaaaaaaaaa') }), true);
  assert.equal(await world.kafka.hasTopic(topic), false);
});

test('a topic that comes up late, of a request whose answer got lost, is taken for its own', async () => {
  const world = await createWorld();
  const dying = world.shadowsOver({
    createTopic: async () => {
      throw new WeirError('broker_unavailable', 'no answer');
    },
  });
  await assert.rejects(world.open(undefined, dying), { code: 'broker_unavailable' });
  const late = world.shadowsOver({
    createTopic: async (spec) => {
      await world.kafka.createTopic(spec);
      return 'exists';
    },
  });
  const target = await world.open(undefined, late);
  await target.close();
  assert.equal(await world.shadowsOver().remove({ plan: planOf('aaaaaaaaaaaa') }), true);
});

for (const [when, meet] of [
  ['before the next records', (target: OpenTarget, world: World) => target.take(world.of(0, 20, 40))],
  ['in a partition that is done', (target: OpenTarget) => target.settle()],
  ['while the run was down', (_target: OpenTarget, world: World) => world.open()],
] as const)
  test(`records of somebody else are found: ${when}`, async () => {
    const world = await createWorld();
    const target = await world.open();
    await target.take(world.of(0, 0, 20));
    await world.producer.append(topic, 0, [foreignRecord]);
    await assert.rejects(meet(target, world), {
      ...mismatch,
      message: /records that this replay has not copied/,
    });
  });

test('a topic that somebody removed, or made anew, is not filled again', async () => {
  const world = await createWorld();
  const target = await world.open();
  await target.take(world.of(0, 0, 20));
  const settled = await target.settle();
  await world.kafka.deleteTopic(topic);
  await assert.rejects(world.open(settled), mismatch);
  await world.kafka.ensureTopics([{ topic, partitions: 2, replicationFactor: 1, config: {} }]);
  await assert.rejects(world.open(settled), mismatch);
});

test('what a replay has made is removed, and what a crash interrupted is gone on with', async () => {
  const world = await createWorld();
  const plan = planOf('aaaaaaaaaaaa');
  const target = await world.open();
  await target.take(world.of(0, 0, 20));
  await target.close();
  const dying = world.shadowsOver({
    deleteTopic: async (name) => {
      await world.kafka.deleteTopic(name);
      throw new WeirError('broker_unavailable', 'no answer');
    },
  });
  await assert.rejects(dying.remove({ plan }), { code: 'broker_unavailable' });
  assert.equal(await world.shadowsOver().remove({ plan }), false);
  assert.equal(await world.kafka.hasTopic(topic), false);
  await (await world.open()).close();
  assert.equal(await world.shadowsOver().remove({ plan }), true);
  assert.equal(await world.kafka.hasTopic(topic), false);
});

test('a run that goes on and selects other records than were copied fails, instead of a manifest that names others', async () => {
  const selectedAnew = { ...mismatch, message: /other records than the plan selects/ };
  const killed = async () => {
    const world = await createWorld();
    const target = await world.open();
    await target.take(world.of(0, 0, 10));
    await target.take(world.of(0, 12, 20));
    await target.close();
    return { world, again: await world.open() };
  };
  const gained = await killed();
  await assert.rejects(gained.again.take(gained.world.of(0, 0, 20)), selectedAnew);
  const lost = await killed();
  await assert.rejects(
    lost.again.take([...lost.world.of(0, 0, 9), ...lost.world.of(0, 12, 30)]),
    selectedAnew,
  );
  const lostLast = await killed();
  await lostLast.again.take([...lostLast.world.of(0, 0, 10), ...lostLast.world.of(0, 12, 19)]);
  await lostLast.again.settle();
  await assert.rejects(lostLast.again.settle(true), selectedAnew);
  const same = await killed();
  await same.again.take([...same.world.of(0, 0, 10), ...same.world.of(0, 12, 30)]);
  await same.again.settle(true);
});
