import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topicSpecifications, type ListPart } from '@weir/contracts';
import { createOpener, createSealer } from '@weir/envelope';
import type { OutgoingRecord } from '@weir/kafka';
import { createMemoryKafka } from '@weir/kafka/memory';
import { createMemoryKms, kekArn } from '../../envelope/src/key-provider.fixture.ts';
import {
  createListBuilder,
  createListJoiner,
  createPseudonymList,
  latestLists,
  listDigest,
  listsEnd,
  listsPartition,
  listsTopic,
  mergeLists,
  readAbout,
  readListAt,
  sealList,
  splitList,
  type ListReference,
} from './index.ts';

const hourMs = 3_600_000;
const importedAt = '2026-01-01T00:00:00.000Z';
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** "WLST", format 1, of accounts, two entries: one until hour 491,000, one for ever. */
const vector = hex(
  `574c5354 01 01 0000 00000002
   00000000002a 00077df8
   0a1b2c3d4e5f ffffffff`,
);

test('the bytes of a list are those that stand in its format, and are read as that', () => {
  const builder = createListBuilder('account');
  builder.add(hex('0a1b2c3d4e5f'), Infinity);
  builder.add(hex('00000000002a'), 491_000 * hourMs - 1);
  assert.deepEqual(Buffer.from(builder.build()), vector);
  const list = createPseudonymList('staff@1', vector);
  assert.deepEqual([list.ref, list.of, list.entries], ['staff@1', 'account', 2]);
  assert.equal(list.has('00000000002a', 491_000 * hourMs - 1), true);
  assert.equal(list.has('00000000002a', 491_000 * hourMs), false);
  assert.equal(list.expiresAtMs('0a1b2c3d4e5f'), Infinity);
  assert.equal(list.has('', 0), false);
  for (const no of ['0a1b2c3d4e5', '0A1B2C3D4E5F', 'no account', '0a1b2c3d4e5f00'])
    assert.throws(() => list.has(no, 0), TypeError);
});

test('bytes that are no list, or whose entries are not in order or fewer than they say, are refused', () => {
  const changed = (at: number, byte: number): Uint8Array => {
    const bytes = Uint8Array.from(vector);
    bytes[at] = byte;
    return bytes;
  };
  const none = [
    hex(''),
    vector.subarray(0, 11),
    vector.subarray(0, -1),
    changed(0, 0),
    changed(4, 2),
    changed(5, 2),
    changed(7, 1),
    changed(11, 1),
    changed(12, 0xff),
    hex('574c5354 01 01 0000 00000002 00000000002a ffffffff 00000000002a ffffffff'),
  ];
  for (const bytes of none)
    assert.throws(() => createPseudonymList('staff@1', bytes), { code: 'artefact_unknown' });
});

test('prefixes that crowd together are found as surely as those that are spread', () => {
  const builder = createListBuilder('counterparty');
  const prefixes = Array.from({ length: 4_000 }, (_, n) => (n ** 4).toString(16).padStart(12, '0'));
  for (const prefix of prefixes) builder.add(hex(prefix), Infinity);
  const list = createPseudonymList('mules@1', builder.build());
  for (const prefix of prefixes) assert.ok(list.has(prefix, 0));
  for (const prefix of ['000000000002', 'ffffffffffff']) assert.ok(!list.has(prefix, 0));
});

test('a list of counterparties takes no accounts', () => {
  const other = createListBuilder('counterparty').build();
  assert.throws(() => mergeLists(vector, other, 0), { code: 'config_invalid' });
});

function partsOf(bytes: Uint8Array, ref = 'staff@1') {
  const parts = [...splitList({ ref, importedAt }, bytes)];
  const reference = { ref, digest: listDigest(bytes), location: { offset: 0, parts: parts.length } };
  return { parts, reference };
}

/** Some parts and a bit. */
function largeList(): Uint8Array {
  const builder = createListBuilder('counterparty');
  for (let n = 0; n < 45_000; n += 1) builder.add(Buffer.of(n >> 8, n, 0, 0, 0, 1), Infinity);
  return builder.build();
}

test('parts that are missing, mixed, in another order or changed are no list', () => {
  const { parts, reference } = partsOf(largeList());
  const [a, b, c] = parts as [ListPart, ListPart, ListPart];
  const broken: readonly (readonly ListPart[])[] = [
    [],
    [a, b],
    [b, a, c],
    [a, b, c, c],
    [a, b, { ...c, artefact: 'staff@2' }],
    [a, { ...b, slice: Buffer.alloc(b.slice.length * 0.75).toString('base64') }, c],
    [a, { ...b, slice: b.slice.slice(4) }, c],
    parts.map((part) => ({ ...part, entries: 45_001 })),
    parts.map((part) => ({ ...part, of: 'account' as const })),
    parts.map((part) => ({ ...part, bytes: part.bytes + 1 })),
  ];
  const join = (given: readonly ListPart[]): Uint8Array => {
    const joiner = createListJoiner(reference);
    for (const part of given) joiner.accept(part);
    return joiner.finish();
  };
  assert.equal(join(parts).length, 450_012);
  for (const given of broken) assert.throws(() => join(given), { code: 'artefact_unknown' });
});

const sealing = {
  keyProvider: createMemoryKms().keyProvider,
  app: 'weir',
  environment: 'local',
  nowMs: () => 0,
};
const sealer = createSealer({ ...sealing, keyId: kekArn, stream: 'lists' });

async function createTopic() {
  const kafka = createMemoryKafka(() => 0).connect();
  await kafka.ensureTopics(topicSpecifications({ logPartitions: 1, replicationFactor: 1 }));
  const producer = await kafka.createProducer();
  const append = (records: readonly OutgoingRecord[]) => producer.append(listsTopic, listsPartition, records);
  const opener = createOpener({ ...sealing, allowedKeyIds: () => new Set([kekArn]) });
  const reader = { kafka, opener, environment: 'local' };
  const publish = async (ref: string, bytes: Uint8Array): Promise<ListReference> => {
    const { digest, records } = await sealList(
      { sealer, environment: 'local', source: 'urn:test' },
      { ref, importedAt },
      bytes,
    );
    const { firstOffset } = await append(records);
    return { ref, digest, location: { offset: firstOffset, parts: records.length } };
  };
  return { publish, reader };
}

test('a list is read from where the log says it stands, and nowhere else', async () => {
  const { publish, reader } = await createTopic();
  const small = await publish('staff@1', vector);
  const large = await publish('mules@1', largeList());
  assert.equal((await readListAt(reader, large)).entries, 45_000);
  assert.equal((await readListAt(reader, small)).has('0a1b2c3d4e5f', 0), true);
  assert.equal(await listsEnd(reader), 4);
  const wrong: readonly ListReference[] = [
    { ...large, location: { offset: 0, parts: 3 } },
    { ...large, location: { offset: 1, parts: 2 } },
    { ...large, location: { offset: 2, parts: 3 } },
    { ...large, ref: 'mules@2' },
    { ...large, digest: small.digest },
  ];
  for (const reference of wrong)
    await assert.rejects(readListAt(reader, reference), { code: 'artefact_unknown' });
  assert.equal((await readAbout(reader, large))?.entries, 45_000);
  assert.equal(await readAbout(reader, { ...large, location: { offset: 9, parts: 3 } }), undefined);
});

test('the latest lists are found from the end backwards, however many stand before', async () => {
  const { publish, reader } = await createTopic();
  for (let version = 1; version <= 100; version += 1) await publish(`staff@${version}`, vector);
  const large = await publish('mules@1', largeList());
  await publish('staff@101', vector);
  const refsUntil = async (last: string): Promise<readonly string[]> =>
    (await latestLists(reader, ({ ref }) => ref === last)).map(({ ref }) => ref);
  assert.deepEqual(await refsUntil('staff@99'), ['staff@101', 'mules@1', 'staff@100', 'staff@99']);
  assert.equal((await refsUntil('nobody@1')).length, 102);
  const [, found] = await latestLists(reader, ({ ref }) => ref === 'mules@1');
  assert.deepEqual(found, { ...large, of: 'counterparty', importedAt, entries: 45_000, bytes: 450_012 });
});
