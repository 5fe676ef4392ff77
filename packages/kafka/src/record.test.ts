import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KafkaMessage } from 'kafkajs';
import { maxBatchBytes, recordBytes, splitByBytes, toKafkaRecord, toMessage } from './record.ts';
import type { OutgoingRecord } from './record.ts';

const message = (changes: Partial<KafkaMessage>): KafkaMessage =>
  ({
    key: Buffer.from('k'),
    value: Buffer.from('v'),
    timestamp: '1700000000000',
    offset: '7',
    attributes: 0,
    headers: {},
    ...changes,
  }) as KafkaMessage;

const outgoing = (valueBytes: number): OutgoingRecord => ({
  key: 'k',
  value: Buffer.alloc(valueBytes),
  headers: {},
});

test('A header given twice is named as repeated and neither of its values is offered', () => {
  const headers = { once: Buffer.from('1'), twice: [Buffer.from('a'), Buffer.from('b')] };
  const record = toKafkaRecord('t', 0, message({ headers }));
  assert.deepEqual(record.repeatedHeaders, ['twice']);
  assert.equal(record.headers['twice'], undefined);
  assert.equal(String(record.headers['once']), '1');
});

test('A header that is not there is undefined, even where Object has a member of that name', () => {
  const record = toKafkaRecord('t', 0, message({}));
  assert.equal(record.headers['constructor'], undefined);
  assert.equal(record.headers['toString'], undefined);
});

test('A header named __proto__ is a header like any other', () => {
  const headers = JSON.parse('{"__proto__": null}') as Record<string, Buffer>;
  Object.defineProperty(headers, '__proto__', { value: Buffer.from('x'), enumerable: true });
  const record = toKafkaRecord('t', 0, message({ headers }));
  assert.equal(String(record.headers['__proto__']), 'x');
});

test('A record keeps a missing key and a missing value apart from empty ones', () => {
  const record = toKafkaRecord('t', 3, message({ key: null, value: Buffer.alloc(0) }));
  assert.equal(record.key, null);
  assert.equal(record.value?.length, 0);
  assert.deepEqual([record.partition, record.offset, record.timestampMs], [3, 7, 1_700_000_000_000]);
});

test('An outgoing record always names its partition, so that no partitioner routes it', () => {
  assert.equal(toMessage(5, outgoing(1)).partition, 5);
});

test('Records are cut into runs below the limit, in order and without loss', () => {
  const records = [10, 400_000, 590_000, 500_000, 10].map(outgoing);
  const runs = splitByBytes(records);
  assert.deepEqual(runs.flat(), records);
  assert.deepEqual(
    runs.map((run) => run.length),
    [3, 2],
  );
  for (const run of runs)
    assert.ok(run.reduce((sum, record) => sum + recordBytes(record), 0) <= maxBatchBytes);
});

test('A record above the limit stands alone, for the topic itself to take or refuse', () => {
  const runs = splitByBytes([1, 2_000_000, 1].map(outgoing));
  assert.deepEqual(
    runs.map((run) => run.length),
    [1, 1, 1],
  );
});

test('a time that no calendar has counts as 0, so that its record can be refused for what it is', () => {
  const timeOf = (timestamp: string): number => toKafkaRecord('t', 0, message({ timestamp })).timestampMs;
  for (const timestamp of ['-1', '-1000000000000000000', '9223372036854775807', '253402300800000', 'soon']) {
    assert.equal(timeOf(timestamp), 0);
  }
  assert.equal(timeOf('1700000000000'), 1_700_000_000_000);
  assert.equal(timeOf('253402300799999'), 253_402_300_799_999);
});
