import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePayload, events, streams, systemTenant, WeirError } from '@weir/contracts';
import type { ControlRecord } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import { createPlainParts, plainRecord } from './fixtures/plain-parts.ts';
import { controlEvent, receivedEvent, sampleTransactions } from './fixtures/sample-transactions.ts';
import { encodePositionMetadata } from './owned-partition.ts';
import { takeOver } from './take-over.ts';

const versions = { ruleset: 'starter@1', windowPlan: 'standard@1' };
const log = { logId: '018f3b9e-0000-4000-8000-000000000000', partitionCount: 1, versions };
const otherLogId = '018f3b9e-0000-4000-8000-000000000001';
const openingOf = (changed: Partial<ControlRecord> = {}): KafkaRecord =>
  plainRecord(0, controlEvent({ kind: 'log_opened', ...log, ...changed } as ControlRecord));
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

test('a new log is named by its first record', async () => {
  const owned = await takeOver(createPlainParts().parts, 0, openingOf());
  assert.deepEqual(owned.log, log);
  assert.deepEqual([owned.position, owned.appendFrom, owned.publishFrom], [0, 0, 0]);
});

test('a log that does not begin with its name halts the worker', async () => {
  await assert.rejects(takeOver(createPlainParts().parts, 0, transaction!), haltsWith('log_unnamed'));
});

test('where the group has no position, the journal says it', async () => {
  const { parts } = createPlainParts({ lastJournalRecord: async () => journalRecord() });
  const owned = await takeOver(parts, 0, openingOf());
  assert.deepEqual([owned.position, owned.publishFrom], [0, 40]);
  assert.deepEqual(owned.log, log);
});

test('a position without its metadata is taken, and the journal names its log', async () => {
  const { parts, kafka } = createPlainParts({ lastJournalRecord: async () => journalRecord() });
  kafka.position = { next: 30, metadata: 'moved by hand' };
  const owned = await takeOver(parts, 0, transaction!);
  assert.deepEqual([owned.publishFrom, owned.log.logId], [30, log.logId]);
});

test('the journal of another partition, copied here, is no answer', async () => {
  const { parts } = createPlainParts({ lastJournalRecord: async () => journalRecord({ partition: 1 }) });
  await assert.rejects(takeOver(parts, 0, openingOf()), haltsWith('log_unnamed'));
});

test('a log made anew beside an old journal halts the worker instead of muting its records', async () => {
  const { parts } = createPlainParts({ lastJournalRecord: async () => journalRecord() });
  await assert.rejects(takeOver(parts, 0, openingOf({ logId: otherLogId })), haltsWith('log_other'));
});

test('a log made anew beside an old position halts the worker too', async () => {
  const { parts, kafka } = createPlainParts();
  kafka.position = { next: 30, metadata: encodePositionMetadata(log) };
  await assert.rejects(takeOver(parts, 0, openingOf({ logId: otherLogId })), haltsWith('log_other'));
});

test('a control record of another log in the midst of this one halts nobody', async () => {
  const { parts, kafka } = createPlainParts();
  kafka.position = { next: 7, metadata: encodePositionMetadata(log) };
  const foreign = { ...openingOf({ logId: otherLogId }), offset: 7 };
  assert.equal((await takeOver(parts, 0, foreign)).log.logId, log.logId);
});

test('another partition count than the log was made with halts the worker', async () => {
  const { parts, log: found } = createPlainParts();
  found.partitionCount = 2;
  await assert.rejects(takeOver(parts, 0, openingOf()), haltsWith('log_partition_count_changed'));
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
  await assert.rejects(takeOver(failing, 0, openingOf()), { code: 'broker_unavailable' });
  assert.equal(discarded, 1);
});
