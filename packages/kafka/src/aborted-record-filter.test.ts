import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { filterAbortedRecords } from './aborted-record-filter.ts';
import type { FetchedRecord } from './aborted-record-filter.ts';
import './kafkajs.ts';

const record = (offset: number, producerId: string, changes: Partial<FetchedRecord> = {}): FetchedRecord => ({
  offset: String(offset),
  key: Buffer.from('k'),
  isControlRecord: false,
  batchContext: { producerId, inTransaction: true },
  ...changes,
});
const marker = (offset: number, producerId: string, type: 'abort' | 'commit'): FetchedRecord =>
  record(offset, producerId, {
    isControlRecord: true,
    key: Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]),
  });

const visible = (
  messages: FetchedRecord[],
  abortedTransactions: { producerId: string; firstOffset: string }[],
) =>
  filterAbortedRecords({ messages, abortedTransactions })
    .filter(({ isControlRecord }) => !isControlRecord)
    .map(({ offset }) => Number(offset));

test('Nothing of two overlapping aborted transactions is visible to a fetch that begins inside both', () => {
  const aborted = [
    { producerId: '1', firstOffset: '5' },
    { producerId: '2', firstOffset: '6' },
  ];
  const messages = [
    record(10, '2'),
    record(11, '1'),
    record(12, '3'),
    marker(13, '1', 'abort'),
    marker(14, '2', 'abort'),
  ];
  assert.deepEqual(visible(messages, aborted), [12]);
});

test('What a producer writes after its abort is visible again', () => {
  const aborted = [{ producerId: '1', firstOffset: '5' }];
  const messages = [record(5, '1'), marker(6, '1', 'abort'), record(7, '1'), marker(8, '1', 'commit')];
  assert.deepEqual(visible(messages, aborted), [7]);
});

test('A record whose key is four zero bytes does not end an aborted transaction', () => {
  const aborted = [{ producerId: '1', firstOffset: '5' }];
  const messages = [record(5, '1', { key: Buffer.alloc(4) }), record(6, '1'), marker(7, '1', 'abort')];
  assert.deepEqual(visible(messages, aborted), []);
});

test('A record outside of any transaction is visible even from a producer with an aborted one', () => {
  const plain = record(6, '1', { batchContext: { producerId: '1', inTransaction: false } });
  const messages = [record(5, '1'), plain, marker(7, '1', 'abort')];
  assert.deepEqual(visible(messages, [{ producerId: '1', firstOffset: '5' }]), [6]);
});

test('The batches of kafkajs are filtered by this filter and not by its own', () => {
  const Batch = createRequire(import.meta.url)('kafkajs/src/consumer/batch') as new (
    topic: string,
    fetchedOffset: string,
    fetched: object,
  ) => { messages: { offset: string }[] };
  const batch = new Batch('t', '10', {
    partition: 0,
    highWatermark: '13',
    abortedTransactions: [
      { producerId: '1', firstOffset: '5' },
      { producerId: '2', firstOffset: '6' },
    ],
    messages: [record(10, '2'), marker(11, '1', 'abort'), marker(12, '2', 'abort')],
  });
  assert.deepEqual(batch.messages, []);
});
