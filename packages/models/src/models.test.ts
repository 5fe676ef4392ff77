import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelPartBytes, modelSnapshot, topicSpecifications, type ModelSnapshot } from '@weir/contracts';
import { createOpener, createSealer } from '@weir/envelope';
import { createMemoryKafka } from '@weir/kafka/memory';
import type { OutgoingRecord } from '@weir/kafka';
import { createMemoryKms, kekArn } from '../../envelope/src/key-provider.fixture.ts';
import {
  findModels,
  joinParts,
  listModels,
  modelsBetween,
  modelsEnd,
  modelsPartition,
  modelsTopic,
  readModelAt,
  sealModel,
  splitSnapshot,
} from './index.ts';

const sealing = {
  keyProvider: createMemoryKms().keyProvider,
  app: 'weir',
  environment: 'local',
  nowMs: () => 0,
};
const sealer = createSealer({ ...sealing, keyId: kekArn, stream: 'models' });

const snapshotOf = (version: number, knowledge: ModelSnapshot['knowledge'] = { known: version }) =>
  modelSnapshot.parse({
    ref: `learned@${version}`,
    cutAt: '2026-01-01T00:00:00.000Z',
    delayMs: 604_800_000,
    learned: { transactions: 100 * version, frauds: version },
    knowledge,
  });

/** Some characters of four bytes in UTF-8, so that some slice ends within one. */
const large = snapshotOf(9, { text: `aaa${'\u{1F30A}'.repeat(200_000)}` });

async function createTopic() {
  const kafka = createMemoryKafka(() => 0).connect();
  await kafka.ensureTopics(topicSpecifications({ logPartitions: 1, replicationFactor: 1 }));
  const producer = await kafka.createProducer();
  const append = (records: readonly OutgoingRecord[]) =>
    producer.append(modelsTopic, modelsPartition, records);
  const seal = async (snapshot: ModelSnapshot) =>
    sealModel({ sealer, environment: 'local', source: 'urn:test' }, snapshot);
  const reader = {
    kafka,
    opener: createOpener({ ...sealing, allowedKeyIds: () => new Set([kekArn]) }),
    environment: 'local',
  };
  const publish = async (snapshot: ModelSnapshot): Promise<void> => {
    await append((await seal(snapshot)).records);
  };
  return { kafka, append, seal, publish, reader };
}

test('the digest of a snapshot is that of its JSON in the order of the contract, whatever order it came in', () => {
  const { ref, cutAt, delayMs, learned, knowledge } = snapshotOf(1);
  const { digest, parts } = splitSnapshot({ knowledge, learned, delayMs, cutAt, ref });
  assert.equal(digest, '9c90370e33e03a3cc7b1953b293c5c7f4421ffa96f1e71710edfae57a85cb5e3');
  assert.deepEqual(parts, [
    {
      artefact: 'learned@1',
      digest,
      cutAt: '2026-01-01T00:00:00.000Z',
      learned: { transactions: 100, frauds: 1 },
      bytes: 140,
      parts: 1,
      part: 0,
      text: '{"ref":"learned@1","cutAt":"2026-01-01T00:00:00.000Z","delayMs":604800000,"learned":{"transactions":100,"frauds":1},"knowledge":{"known":1}}',
    },
  ]);
});

test('a large snapshot is cut between characters, and joined is what it was', () => {
  const { parts } = splitSnapshot(large);
  assert.ok(parts.length > 1);
  for (const { text } of parts) assert.ok(Buffer.byteLength(text) <= modelPartBytes);
  assert.deepEqual(joinParts(parts), large);
});

test('parts that are missing, mixed, in another order or changed are no model', () => {
  const { parts } = splitSnapshot(large);
  const [first, second, ...rest] = parts;
  assert.ok(first !== undefined && second !== undefined);
  const other = splitSnapshot(snapshotOf(9)).parts[0];
  assert.ok(other !== undefined);
  for (const wrong of [
    [],
    parts.slice(1),
    parts.slice(0, -1),
    [second, first, ...rest],
    [other, ...parts.slice(1)],
    [{ ...first, text: first.text.replace('aaa', 'aab') }, second, ...rest],
    parts.map((part) => ({ ...part, cutAt: '2027-01-01T00:00:00.000Z' })),
    parts.map((part) => ({ ...part, learned: { ...part.learned, frauds: 7 } })),
  ])
    assert.throws(() => joinParts(wrong), { code: 'artefact_unknown' });
});

test('a model is read from where the log says it stands, and nowhere else', async () => {
  const { publish, reader } = await createTopic();
  await publish(snapshotOf(1));
  await publish(large);
  const [one, nine] = await listModels(reader, { limit: 10 });
  assert.ok(one !== undefined && nine !== undefined);
  assert.deepEqual(await readModelAt(reader, nine), large);
  for (const wrong of [
    { ...nine, location: one.location },
    { ...nine, digest: one.digest },
    { ...nine, ref: 'learned@8' },
    { ...nine, location: { ...nine.location, parts: nine.location.parts - 1 } },
    { ...nine, location: { ...nine.location, offset: nine.location.offset + 1 } },
  ])
    await assert.rejects(readModelAt(reader, wrong), { code: 'artefact_unknown' });
});

test('a list tells the latest models without what they know', async () => {
  const { publish, reader } = await createTopic();
  for (let version = 1; version <= 100; version += 1) await publish(snapshotOf(version));
  const latest = await listModels(reader, { limit: 2 });
  assert.deepEqual(
    latest.map(({ ref, location, learned }) => [ref, location, learned]),
    [99, 100].map((version) => [
      `learned@${version}`,
      { offset: version - 1, parts: 1 },
      { transactions: 100 * version, frauds: version },
    ]),
  );
  const back = await listModels(reader, { limit: Infinity, isEnough: ({ ref }) => ref === 'learned@1' });
  assert.equal(back[0]?.ref, 'learned@1');
  assert.equal(await modelsEnd(reader), 100);
});

test('a model is found by its name without reading the others, however many there are', async () => {
  const { publish, reader } = await createTopic();
  for (let version = 1; version <= 1_500; version += 1) await publish(snapshotOf(version));
  let read = 0;
  const kafka: typeof reader.kafka = {
    ...reader.kafka,
    readRange: (range) =>
      reader.kafka.readRange({ ...range, onRecord: (record) => ((read += 1), range.onRecord(record)) }),
  };
  for (const version of [1, 2, 749, 751, 1_499, 1_500]) {
    const found = await findModels({ ...reader, kafka }, `learned@${version}`);
    assert.deepEqual(
      found.map(({ location }) => location.offset),
      [version - 1],
    );
  }
  for (const ref of ['learned@0', 'learned@1501'])
    assert.deepEqual(await findModels({ ...reader, kafka }, ref), []);
  assert.ok(read < 8 * 600, `${read} records`);
});

test('a model that was published twice is found twice', async () => {
  const { publish, reader } = await createTopic();
  for (let version = 1; version <= 600; version += 1) {
    await publish(snapshotOf(version));
    if (version === 300) await publish(snapshotOf(version, { known: 'otherwise' }));
  }
  assert.equal((await findModels(reader, 'learned@300')).length, 2);
});

test('only models that stand whole, one part behind the other, are models', async () => {
  const { append, seal, publish, reader } = await createTopic();
  const { records } = await seal(large);
  await append(records.slice(0, 2));
  await publish(snapshotOf(1));
  await append(records.slice(2));
  await append([{ ...records[0], value: Buffer.from('not sealed'), key: 'x', headers: {} }]);
  await append(records);
  const until = await modelsEnd(reader);
  const found = await modelsBetween(reader, { from: 0, until });
  assert.deepEqual(
    found.map(({ ref, location }) => [ref, location.offset]),
    [
      ['learned@1', 2],
      ['learned@9', records.length + 2],
    ],
  );
  assert.deepEqual(await modelsBetween(reader, { from: until, until }), []);
});
