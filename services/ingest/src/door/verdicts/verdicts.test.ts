import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import type { JournalRecord } from '@weir/contracts';
import { createPseudonymizer } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { createMemoryKafka } from '@weir/kafka/memory';
import { createPlaceIds } from '../place-id.ts';
import { decidedIn } from './decided-in.ts';
import { journalTopic, type OpenRun } from './journal-records.ts';
import { createJournalTail } from './journal-tail.ts';
import { createReadVerdict } from './read-verdict.ts';
import { searchJournal } from './search-journal.ts';

const logId = '0e0e0e0e-0000-4000-8000-000000000000';
const versions = { ruleset: 'starter@1', windowPlan: 'standard@1' };

/** A run of ten offsets, each a duplicate of the first, in clear. */
const runOf = (from: number): JournalRecord => ({
  logId,
  partition: 0,
  from,
  to: from + 10,
  versions,
  featureNames: [],
  decisions: Array.from({ length: 10 }, (_, index) => ({
    offset: from + index,
    outcome: 'duplicate' as const,
    firstOffset: from,
  })),
});

const headersOf = (from: number, id = logId): Record<string, string> => ({
  ce_id: `journal-${id}-0-${from}`,
});

/** Opens what `runOf` made; anything else is a stranger's. */
const open: OpenRun = async ({ record }) => {
  const text = record.value?.toString() ?? '';
  return text.startsWith('{') ? (JSON.parse(text) as JournalRecord) : undefined;
};

async function journalOf(runs: number) {
  const kafka = createMemoryKafka().connect();
  await kafka.ensureTopics([{ topic: journalTopic, partitions: 1, replicationFactor: 1, config: {} }]);
  const producer = await kafka.createProducer();
  for (let run = 0; run < runs; run += 1) {
    const records = [
      { key: null, value: Buffer.from(JSON.stringify(runOf(run * 10))), headers: headersOf(run * 10) },
    ];
    // Records of strangers lie in between, one of which claims to stand before everything.
    if (run % 50 === 7)
      records.push({ key: null, value: Buffer.from('strange'), headers: headersOf(run * 10 + 3) });
    if (run === 400)
      records.push({ key: null, value: Buffer.from('other'), headers: headersOf(9_999_999, 'x') });
    await producer.append(journalTopic, 0, records);
  }
  return kafka;
}

test('a decision is found anywhere in a long journal, and what is not decided yet is pending', async () => {
  const kafka = await journalOf(1_000);
  const search = (offset: number) =>
    searchJournal({ kafka, logId, open, deadlineMs: 10_000 }, { partition: 0, offset });
  for (const offset of [0, 1, 73, 74, 3_999, 4_000, 4_005, 5_678, 9_990, 9_999]) {
    const found = await search(offset);
    assert.ok(typeof found === 'object', `offset ${offset}: ${JSON.stringify(found)}`);
    assert.equal(found.decision.offset, offset);
  }
  assert.equal(await search(10_000), 'pending');
  assert.equal(
    await searchJournal({ kafka, logId, open, deadlineMs: 10_000 }, { partition: 5, offset: 1 }),
    'unknown',
  );
});

const record = (from: number, value = JSON.stringify(runOf(from))): KafkaRecord => ({
  topic: journalTopic,
  partition: 0,
  offset: from,
  timestampMs: 0,
  key: null,
  value: Buffer.from(value),
  headers: { ce_id: Buffer.from(`journal-${logId}-0-${from}`) },
  repeatedHeaders: [],
});

test('the tail keeps the newest runs within its bound, says of older ones that they are, and passes over strangers', async () => {
  const tail = createJournalTail({
    logId,
    partitionCount: 1,
    maxBytes: 10_000,
    hasEarlier: () => false,
    open,
  });
  assert.equal(await tail.find({ partition: 0, offset: 3 }), 'pending');
  for (let from = 0; from < 100; from += 10) tail.add(record(from));
  tail.add(record(95, 'strange'));
  const latest = await tail.find({ partition: 0, offset: 97 });
  assert.ok(typeof latest === 'object');
  assert.equal(latest.decision.offset, 97);
  assert.equal(await tail.find({ partition: 0, offset: 100 }), 'pending');
  assert.equal(await tail.find({ partition: 0, offset: 3 }), 'older');
});

test('an id is good for the tenant it was given to, in its log, unchanged', async () => {
  const indexKey = createSecretKey(Buffer.alloc(32, 1));
  const pseudonymize = createPseudonymizer({ indexKey, version: 1 });
  const ids = createPlaceIds(pseudonymize, logId);
  const identity = `t1_${'a'.repeat(22)}`;
  const place = { partition: 3, offset: 123_456_789 };
  const id = ids.write('bank', identity, place);
  assert.deepEqual(ids.read('bank', id), { identity, place });
  assert.equal(ids.read('other', id), undefined);
  assert.equal(createPlaceIds(pseudonymize, 'another').read('bank', id), undefined);
  for (const [index, letter] of [...id].entries()) {
    const changed = id.slice(0, index) + (letter === 'b' ? 'c' : 'b') + id.slice(index + 1);
    assert.equal(ids.read('bank', changed), undefined, `changed at ${index}`);
  }
  assert.equal(ids.read('bank', 'x'.repeat(10_000)), undefined);
});

test('searches have a bound, in all and for one tenant, beyond which a caller is told to come again', async () => {
  const indexKey = createSecretKey(Buffer.alloc(32, 1));
  const placeIds = createPlaceIds(createPseudonymizer({ indexKey, version: 1 }), logId);
  const waiting = Promise.withResolvers<'pending'>();
  const readVerdict = createReadVerdict({
    placeIds,
    tail: { add: () => undefined, find: async () => 'older' },
    search: () => waiting.promise,
    maxSearches: 3,
    maxSearchesOfTenant: 2,
  });
  const id = placeIds.write('bank', `t1_${'a'.repeat(22)}`, { partition: 0, offset: 1 });
  const first = [readVerdict('bank', id), readVerdict('bank', id)];
  await new Promise(setImmediate);
  assert.equal(await readVerdict('bank', id), 'busy');
  const others = placeIds.write('other', `t1_${'a'.repeat(22)}`, { partition: 0, offset: 1 });
  first.push(readVerdict('other', others));
  await new Promise(setImmediate);
  assert.equal(await readVerdict('other', others), 'busy');
  waiting.resolve('pending');
  for (const answer of await Promise.all(first)) assert.equal(typeof answer, 'object');
});

test('a verdict names the ruleset that made it, which for the accounts of a canary is the candidate', () => {
  const decided = {
    ...{ outcome: 'cleared' as const, score: 0, reasons: [], features: [], digest: 'ab'.repeat(32) },
  };
  const decisions = [
    { ...decided, offset: 0, ruleset: 'mine@2' },
    { ...decided, offset: 1 },
  ];
  const namedAt = (offset: number) => {
    const found = decidedIn({ ...runOf(0), decisions }, offset);
    return typeof found === 'string' ? found : found.versions;
  };
  assert.deepEqual(namedAt(0), { ...versions, ruleset: 'mine@2' });
  assert.deepEqual(namedAt(1), versions);
});
