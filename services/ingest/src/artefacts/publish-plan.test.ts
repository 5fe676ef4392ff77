import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { decodePayload, events, streams, WeirError } from '@weir/contracts';
import { createOpener, createSealer, openEvents, type KeyProvider } from '@weir/envelope';
import type { KafkaRecord, OutgoingRecord, ReadRange } from '@weir/kafka';
import { defaultWindowPlan } from '@weir/windows';
import { openLog } from '../log/open-log.ts';
import { activatePlan, type ActivationPorts } from './activate-plan.ts';
import { digestOf, publishPlan } from './publish-plan.ts';

const logId = '018f3b9e-0000-4000-8000-000000000001';
const wide = {
  ...defaultWindowPlan,
  ref: 'wide@1',
  spans: [...defaultWindowPlan.spans, { name: '60d', spanMs: 60 * 86_400_000 }],
};

const keyProvider: KeyProvider = {
  generateDataKey: async ({ keyId }) => ({
    keyId,
    key: createSecretKey(Buffer.alloc(32, 7)),
    wrapped: Buffer.of(1),
  }),
  decrypt: async () => createSecretKey(Buffer.alloc(32, 7)),
};
const sealing = { keyProvider, app: 'weir', environment: 'local', nowMs: () => 0 };
const opener = createOpener({ ...sealing, allowedKeyIds: () => new Set(['key']) });

/** Topics in memory that refuse appends beyond `appendsLeft`, some of them after having taken the record in. */
function createTopics(partitions = 3) {
  const topics = new Map<string, KafkaRecord[][]>([
    [streams.received.topic, Array.from({ length: partitions }, () => [])],
    [streams.artefacts.topic, [[]]],
  ]);
  const state = { appendsLeft: Infinity, isLost: false };
  const recordsOf = (topic: string, partition: number): KafkaRecord[] => topics.get(topic)?.[partition] ?? [];
  const offsets = async (topic: string) =>
    (topics.get(topic) ?? []).map((records, partition) => ({ partition, earliest: 0, end: records.length }));
  const append = async (topic: string, partition: number, sealed: readonly OutgoingRecord[]) => {
    const records = recordsOf(topic, partition);
    const firstOffset = records.length;
    if (state.appendsLeft === 0 && !state.isLost) throw new WeirError('topic_mismatch', 'killed before');
    for (const record of sealed) {
      const headers = Object.fromEntries(
        Object.entries(record.headers).map(([name, value]) => [name, Buffer.from(value)]),
      );
      const at = { topic, partition, offset: records.length, timestampMs: 0, repeatedHeaders: [] };
      records.push({ ...at, headers, key: Buffer.from(record.key ?? ''), value: record.value });
    }
    if (state.appendsLeft === 0) throw new WeirError('topic_mismatch', 'killed behind');
    state.appendsLeft -= 1;
    return { firstOffset };
  };
  const readRange = async ({ topic, from, until, onRecord }: ReadRange): Promise<void> => {
    for (const [partition, records] of (topics.get(topic) ?? []).entries()) {
      const first = from === 'earliest' ? 0 : from.get(partition);
      if (first === undefined) continue;
      for (const record of records.slice(first, until?.get(partition))) await onRecord(record);
    }
  };
  const kafka = {
    ensureTopics: async () => new Map(),
    topicPartitions: async () => partitions,
    offsets,
    readRange,
  };
  return { kafka, producer: { append }, state, recordsOf };
}

const portsOver = ({ kafka, producer }: ReturnType<typeof createTopics>): ActivationPorts => ({
  kafka,
  producer,
  sealer: createSealer({ ...sealing, keyId: 'key', stream: 'artefacts' }),
  logSealer: createSealer({ ...sealing, keyId: 'key', stream: 'received' }),
  opener,
  environment: 'local',
  nowMs: () => 0,
  retry: {
    limitMs: 0,
    nowMs: () => 0,
    random: () => 0,
    sleep: async () => undefined,
    onRetry: () => undefined,
  },
  signal: new AbortController().signal,
});

async function openedTopics() {
  const topics = createTopics();
  const ports = portsOver(topics);
  const versions = { ruleset: 'starter@1', windowPlan: 'standard@1' };
  await openLog({
    ...ports,
    kafka: topics.kafka,
    sealer: ports.logSealer,
    ...{ logPartitions: 3, replicationFactor: 1, versions, newLogId: logId },
  });
  return { topics, ports };
}

/** A plan as another run of ingest would have sealed it. */
async function sealedPlan(plan: typeof wide): Promise<readonly OutgoingRecord[]> {
  const topics = createTopics();
  const appended: OutgoingRecord[] = [];
  const append: ActivationPorts['producer']['append'] = async (_topic, _partition, records) => {
    appended.push(...records);
    return { firstOffset: 0 };
  };
  await publishPlan(JSON.stringify(plan), { ...portsOver(topics), producer: { append } });
  return appended;
}

/** What the control records of a partition activate, in their order. */
async function activationsIn(topics: ReturnType<typeof createTopics>, partition: number): Promise<string[]> {
  const records = topics.recordsOf(streams.received.topic, partition);
  const opened = await openEvents({ opener, stream: 'received', environment: 'local' }, records);
  return opened.flatMap((one) => {
    const payload = one.ok ? decodePayload(events.control, one.plaintext) : undefined;
    if (payload?.ok !== true || payload.value.kind !== 'artefact_activated') return [];
    return [`${payload.value.sequence} ${payload.value.artefact}`];
  });
}

test('a plan is published once under its version, and saying it again changes nothing', async () => {
  const { topics, ports } = await openedTopics();
  const text = JSON.stringify(wide);
  assert.deepEqual(await publishPlan(text, ports), {
    ...{ artefact: 'wide@1', digest: digestOf(wide), isKnown: false },
  });
  assert.equal((await publishPlan(text, ports)).isKnown, true);
  assert.equal((await publishPlan(JSON.stringify(defaultWindowPlan), ports)).isKnown, true);
  assert.equal(topics.recordsOf(streams.artefacts.topic, 0).length, 1);
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
  const { topics, ports } = await openedTopics();
  await publishPlan(JSON.stringify(wide), ports);
  const activated = await activatePlan({ ref: 'wide@1', logId }, ports);
  assert.deepEqual(activated, { sequence: 1, positions: { 0: 2, 1: 2, 2: 2 } });
  assert.deepEqual(await activationsIn(topics, 2), ['1 wide@1']);
});

test('an activation that was interrupted anywhere is finished under its number by saying it again', async () => {
  for (const isLost of [false, true]) {
    for (let appends = 0; appends <= 3; appends += 1) {
      const { topics, ports } = await openedTopics();
      await publishPlan(JSON.stringify(wide), ports);
      Object.assign(topics.state, { appendsLeft: appends, isLost });
      await assert.rejects(activatePlan({ ref: 'wide@1', logId }, ports));
      topics.state.appendsLeft = Infinity;
      assert.equal((await activatePlan({ ref: 'wide@1', logId }, ports)).sequence, 1);
      for (const partition of [0, 1, 2])
        assert.deepEqual([...new Set(await activationsIn(topics, partition))], ['1 wide@1']);
    }
  }
});

test('a newer activation finishes the last one first, and going back to an old plan is a new activation', async () => {
  const { topics, ports } = await openedTopics();
  await publishPlan(JSON.stringify(wide), ports);
  topics.state.appendsLeft = 2;
  await assert.rejects(activatePlan({ ref: 'wide@1', logId }, ports));
  topics.state.appendsLeft = Infinity;
  assert.equal((await activatePlan({ ref: 'standard@1', logId }, ports)).sequence, 2);
  for (const partition of [1, 2])
    assert.deepEqual(await activationsIn(topics, partition), ['1 wide@1', '2 standard@1']);
  assert.equal((await activatePlan({ ref: 'wide@1', logId }, ports)).sequence, 3);
});

test('a plan that detection could not decide by is refused before the log is told anything', async () => {
  const { topics, ports } = await openedTopics();
  const [minute] = wide.spans;
  const short = { ...wide, ref: 'short@1', spans: [minute] };
  await publishPlan(JSON.stringify(short), ports);
  await publishPlan(JSON.stringify(wide), ports);
  // Two that publish at the same time may both find nothing there.
  const other = await sealedPlan({ ...wide, allowedLatenessMs: 1_000 });
  await ports.producer.append(streams.artefacts.topic, 0, other);
  const said = topics.recordsOf(streams.artefacts.topic, 0).length;
  for (const [ref, why] of [
    ['short@1', /ruleset starter@1 can't decide under window plan short@1/],
    ['wide@1', /published twice with different content/],
  ] as const) {
    await assert.rejects(activatePlan({ ref, logId }, ports), { code: 'artefact_unknown', message: why });
    await assert.rejects(publishPlan(JSON.stringify(wide), ports), { code: 'artefact_unknown' });
  }
  assert.deepEqual(await activationsIn(topics, 0), []);
  assert.equal(topics.recordsOf(streams.artefacts.topic, 0).length, said);
});

test('where the log no longer says its ruleset, a plan has to serve every one there is', async () => {
  const { topics, ports } = await openedTopics();
  const [minute] = wide.spans;
  for (const plan of [wide, { ...wide, ref: 'short@1', spans: [minute] }])
    await publishPlan(JSON.stringify(plan), ports);
  const forgetful = { ...topics.kafka, offsets: async () => [{ partition: 0, earliest: 1, end: 1 }] };
  const later = { ...ports, kafka: forgetful };
  await assert.rejects(activatePlan({ ref: 'short@1', logId }, later), { code: 'artefact_unknown' });
  assert.equal((await activatePlan({ ref: 'wide@1', logId }, later)).sequence, 1);
});

test('a plan nobody published, and a log that is another, get no control record', async () => {
  const { topics, ports } = await openedTopics();
  await assert.rejects(activatePlan({ ref: 'wide@1', logId }, ports), { code: 'artefact_unknown' });
  await publishPlan(JSON.stringify(wide), ports);
  const other = '018f3b9e-0000-4000-8000-000000000002';
  await assert.rejects(activatePlan({ ref: 'wide@1', logId: other }, ports), { code: 'log_other' });
  assert.deepEqual(await activationsIn(topics, 0), []);
});
