import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePayload, events, streams, systemTenant, WeirError } from '@weir/contracts';
import type { ControlRecord } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import type { ChainCommit } from '@weir/windows';
import type { DetectionParts } from './detection-parts.ts';
import { createPlainParts, plainRecord, silentObserver } from './fixtures/plain-parts.ts';
import {
  controlEvent,
  receivedEvent,
  sampleTransactions,
} from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { appendToWindows } from './histories.ts';
import { encodePositionMetadata } from './position-metadata.ts';
import type { OwnedPartition } from './owned-partition.ts';
import { createLogBeginning } from './read-log-opening.ts';
import { takeOver } from './take-over.ts';

const versions = { ruleset: 'starter@1', windowPlan: 'standard@1' };
const opened = { logId: '018f3b9e-0000-4000-8000-000000000000', partitionCount: 1, versions };
const log = { ...opened, sequence: 0 };
const otherLogId = '018f3b9e-0000-4000-8000-000000000001';
const openingOf = (changed: Partial<ControlRecord> = {}): KafkaRecord =>
  plainRecord(0, controlEvent({ kind: 'log_opened', ...opened, ...changed } as ControlRecord));
const [transaction] = sampleTransactions(1, 2).map((one) => plainRecord(7, receivedEvent(one)));

/** A journal record as it would be read from the end of decisions.v1. */
function journalRecord(changed: { readonly partition?: number; readonly to?: number } = {}): KafkaRecord {
  const { type, dataSchema } = events.journal;
  return plainRecord(99, {
    id: 'journal',
    key: `${streams.received.topic}-0`,
    tenant: systemTenant,
    time: '2026-01-06T00:00:00.000Z',
    type,
    dataSchema,
    plaintext: encodePayload(events.journal, {
      logId: log.logId,
      partition: 0,
      from: 0,
      to: 40,
      versions,
      featureNames: [],
      decisions: [],
      ...changed,
    }),
  });
}

const haltsWith = (code: string) => (error: unknown) =>
  error instanceof WeirError && error.code === code && error.recovery === 'halt';

async function taken(parts: DetectionParts, first: KafkaRecord): Promise<OwnedPartition> {
  const owned = await takeOver(parts, 0, { first });
  assert.ok(owned !== undefined);
  return owned;
}

test('a new log is named by its first record', async () => {
  const owned = await taken(createPlainParts().parts, openingOf());
  assert.deepEqual(owned.log, log);
  assert.deepEqual([owned.position, owned.appendFrom, owned.publishFrom], [0, 0, 0]);
});

test('a log that does not begin with its name halts the worker', async () => {
  await assert.rejects(taken(createPlainParts().parts, transaction!), haltsWith('log_unnamed'));
});

test('where the group has no position, the journal says it', async () => {
  const { parts } = createPlainParts({ lastJournalRecord: async () => journalRecord() });
  const owned = await taken(parts, openingOf());
  assert.deepEqual([owned.position, owned.publishFrom], [0, 40]);
  assert.deepEqual(owned.log, log);
});

test('a position without its metadata is taken where the journal ends there, which names the log', async () => {
  const { parts, kafka } = createPlainParts({ lastJournalRecord: async () => journalRecord() });
  kafka.position = { next: 40, metadata: 'moved by hand' };
  const owned = await taken(parts, transaction!);
  assert.deepEqual([owned.publishFrom, owned.log.logId], [40, log.logId]);
});

for (const [what, committed] of [
  ['a commit of which only the outputs became visible is not made again', 30],
  ['a commit of which only the position became visible is made again', 50],
] as const) {
  test(`${what}: the journal is believed, and the position follows it`, async () => {
    const differs: unknown[] = [];
    const observe = {
      ...silentObserver,
      positionDiffers: (...said: unknown[]) => void differs.push(said),
    };
    const { parts, kafka } = createPlainParts({ lastJournalRecord: async () => journalRecord(), observe });
    kafka.position = { next: committed, metadata: encodePositionMetadata({ ...log, partitionCount: 1 }) };
    const owned = await takeOver(parts, 0);
    assert.deepEqual([owned?.publishFrom, owned?.log], [40, log]);
    assert.deepEqual(kafka.position, { next: 40, metadata: encodePositionMetadata(log) });
    assert.deepEqual(kafka.outputs, []);
    assert.deepEqual(differs, [[0, { committed, journal: 40 }]]);
  });
}

test('a journal of another log beside the position halts the worker', async () => {
  const { parts, kafka } = createPlainParts({ lastJournalRecord: async () => journalRecord() });
  kafka.position = { next: 30, metadata: encodePositionMetadata({ ...log, logId: otherLogId }) };
  await assert.rejects(takeOver(parts, 0), haltsWith('log_other'));
});

test('a junk record at the end of the journal stops nobody who has a position', async () => {
  const { parts, kafka } = createPlainParts({
    lastJournalRecord: async () => journalRecord({ partition: 1 }),
  });
  kafka.position = { next: 30, metadata: encodePositionMetadata(log) };
  assert.equal((await takeOver(parts, 0))?.publishFrom, 30);
});

test('without a record at hand a partition is taken over where something names its log, else left for the first', async () => {
  const named = createPlainParts({ lastJournalRecord: async () => journalRecord() });
  assert.equal((await takeOver(named.parts, 0))?.position, 0);
  assert.equal(await takeOver(createPlainParts().parts, 0), undefined);
});

const storedAt = { next: 40, token: 'mine' };
const firstCommitOf = (next: number, token: string): ChainCommit => ({
  ...{ partition: 0, expected: undefined, next, token },
  ...{ appends: new Map(), after: new Map(), horizons: new Map() },
});

test('damaged windows are forgotten and rebuilt where they are as this worker left them', async () => {
  const { parts, kafka, store } = createPlainParts();
  kafka.position = { next: 40, metadata: encodePositionMetadata(log) };
  await store.commit(firstCommitOf(storedAt.next, storedAt.token));
  const owned = await takeOver(parts, 0, { damaged: { stored: storedAt, writer: 'mine' } });
  assert.deepEqual([owned?.position, owned?.appendFrom, owned?.publishFrom], [0, 0, 40]);
  assert.equal(await store.position(0), undefined);
});

test('a worker that comes back from the dead clears no windows another has gone on with', async () => {
  for (const [next, token] of [
    [50, 'theirs'],
    [40, 'theirs'],
  ] as const) {
    const { parts, kafka, store } = createPlainParts();
    kafka.position = { next: 50, metadata: encodePositionMetadata(log) };
    await store.commit(firstCommitOf(next, token));
    const owned = await takeOver(parts, 0, { damaged: { stored: storedAt, writer: 'mine' } });
    assert.equal(owned?.position, next);
    assert.deepEqual(await store.position(0), { next, token });
  }
});

test('a stored position beyond the end of the log is believed once the log has grown there', async () => {
  const grows = createPlainParts();
  await grows.store.commit(firstCommitOf(9, 'theirs'));
  let looks = 0;
  const logOffsets = async () => ({ earliest: 0, end: (looks += 1) === 1 ? 5 : 9, partitionCount: 1 });
  const owned = await taken({ ...grows.parts, logOffsets }, openingOf());
  assert.equal(owned.appendFrom, 9);
  const stays = { ...grows.parts, logOffsets: async () => ({ earliest: 0, end: 5, partitionCount: 1 }) };
  await assert.rejects(taken(stays, openingOf()), haltsWith('log_truncated'));
});

test('the journal of another partition, copied here, is no answer', async () => {
  const { parts } = createPlainParts({ lastJournalRecord: async () => journalRecord({ partition: 1 }) });
  await assert.rejects(taken(parts, openingOf()), haltsWith('log_unnamed'));
});

test('a log made anew beside an old journal halts the worker instead of muting its records', async () => {
  const { parts } = createPlainParts({ lastJournalRecord: async () => journalRecord() });
  await assert.rejects(taken(parts, openingOf({ logId: otherLogId })), haltsWith('log_other'));
});

test('a log made anew beside an old position halts the worker too', async () => {
  const { parts, kafka } = createPlainParts();
  kafka.position = { next: 30, metadata: encodePositionMetadata(log) };
  await assert.rejects(taken(parts, openingOf({ logId: otherLogId })), haltsWith('log_other'));
});

/** The log whose beginning is `record`, as it would be read there. */
const beginsWith = (record: KafkaRecord | undefined): Pick<DetectionParts, 'recordAt'> => ({
  recordAt: async (_partition, offset) => (offset === 0 ? record : undefined),
});

for (const [what, position] of [
  ['journal', undefined],
  ['position', { next: 40, metadata: encodePositionMetadata(log) }],
  ['position that somebody moved to the beginning', { next: 0, metadata: '' }],
] as const) {
  test(`a log made anew beside an old ${what} is noticed without a record at hand, and by whoever reads on behind its beginning`, async () => {
    for (const first of [undefined, transaction]) {
      const { parts, kafka, store } = createPlainParts({
        lastJournalRecord: async () => journalRecord(),
        ...beginsWith(openingOf({ logId: otherLogId })),
      });
      kafka.position = position;
      await store.commit(firstCommitOf(40, 'theirs'));
      await assert.rejects(takeOver(parts, 0, first && { first }), haltsWith('log_other'));
      assert.deepEqual([kafka.position, (await store.position(0))?.next], [position, 40]);
    }
  });
}

test('a log that has lost its beginning, or begins with something else, is believed to be what was published', async () => {
  for (const [earliest, record] of [
    [7, openingOf({ logId: otherLogId })],
    [0, transaction],
    [0, undefined],
  ] as const) {
    const { parts, kafka, log: found } = createPlainParts(beginsWith(record));
    kafka.position = { next: 40, metadata: encodePositionMetadata(log) };
    found.earliest = earliest;
    assert.equal((await takeOver(parts, 0))?.log.logId, log.logId);
  }
});

test("a worker reads the log's beginning once, for all partitions", async () => {
  let reads = 0;
  const recordAt = async () => {
    reads += 1;
    return reads === 1 ? transaction : openingOf();
  };
  const beginning = createLogBeginning({ ...createPlainParts().parts, recordAt });
  assert.equal(await beginning(0), undefined);
  assert.equal((await beginning(1))?.logId, log.logId);
  assert.equal((await beginning(2))?.logId, log.logId);
  assert.equal(reads, 2);
});

test('a control record of another log in the midst of this one halts nobody', async () => {
  const { parts, kafka } = createPlainParts();
  kafka.position = { next: 7, metadata: encodePositionMetadata(log) };
  const foreign = { ...openingOf({ logId: otherLogId }), offset: 7 };
  assert.equal((await taken(parts, foreign)).log.logId, log.logId);
});

test('another partition count than the log was made with halts the worker', async () => {
  const { parts, log: found } = createPlainParts();
  found.partitionCount = 2;
  await assert.rejects(taken(parts, openingOf()), haltsWith('log_partition_count_changed'));
});

test('each take-over of one worker has a chain token of its own: an answer for one is never taken for another', async () => {
  const { parts, store } = createPlainParts();
  const [one, other] = [await taken(parts, openingOf()), await taken(parts, openingOf())];
  assert.notEqual(one.token, other.token);
  const nothing = { after: new Map(), horizons: new Map() };
  await appendToWindows(one, { to: 5 }, [], nothing);
  await assert.rejects(appendToWindows(other, { to: 5 }, [], nothing), { code: 'position_moved' });
  assert.deepEqual(await store.position(0), { next: 5, token: one.token });
});

test('a producer is let go when its take-over fails', async () => {
  let discarded = 0;
  const { parts } = createPlainParts();
  const transactions = parts.openTransactions(0);
  const failing = {
    ...parts,
    openTransactions: () => ({ ...transactions, discard: async () => void (discarded += 1) }),
    logOffsets: () => Promise.reject(new WeirError('broker_unavailable', 'away')),
  };
  await assert.rejects(taken(failing, openingOf()), { code: 'broker_unavailable' });
  assert.equal(discarded, 1);
});
