import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { channels } from '@weir/contracts';
import { packRecord, packRecords, recordFormat, unpackRecords } from './record-format.ts';
import type { WindowRecord } from './types.ts';

type Vectors = {
  readonly formatVersion: number;
  readonly records: readonly { readonly name: string; readonly record: WindowRecord; readonly hex: string }[];
  readonly packedHex: string;
};

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/records-v3.json', import.meta.url), 'utf8'),
) as Vectors;
const [usual] = vectors.records.map((vector) => vector.record) as [WindowRecord];

test('a record packs into the bytes it has packed into since version 3', () => {
  assert.equal(vectors.formatVersion, recordFormat.version);
  for (const { name, record, hex } of vectors.records) {
    assert.equal(Buffer.from(packRecord(record)).toString('hex'), hex, name);
  }
});

test('records packed together are the bytes of each in turn', () => {
  const records = vectors.records.map((vector) => vector.record);
  assert.equal(Buffer.from(packRecords(records)).toString('hex'), vectors.packedHex);
});

test('records written by version 3 read back as they were', () => {
  const segment = Buffer.from(vectors.packedHex, 'hex');
  assert.deepEqual(
    unpackRecords(segment),
    vectors.records.map((vector) => vector.record),
  );
});

test('records are read at their place in a larger buffer', () => {
  const segment = Buffer.from(vectors.packedHex, 'hex');
  const larger = Buffer.concat([Buffer.of(9, 9, 9), segment, Buffer.of(9)]);
  assert.deepEqual(unpackRecords(larger.subarray(3, 3 + segment.length)), unpackRecords(segment));
});

test('the offset and the second of the observation stand where the format says they do', () => {
  const packed = Buffer.from(packRecord(usual));
  assert.equal(packed.readUIntBE(recordFormat.offsetByte, recordFormat.offsetBytes), usual.offset);
  assert.equal(packed.readUInt32BE(recordFormat.observedAtByte), usual.observedAtSeconds);
  assert.equal(packed.length, recordFormat.recordBytes);
});

test('bytes that end within a record are refused', () => {
  const cut = Buffer.from(vectors.packedHex, 'hex').subarray(0, -1);
  assert.throws(() => unpackRecords(cut), /cut off/);
});

test('no bytes are no records', () => {
  assert.deepEqual(unpackRecords(new Uint8Array()), []);
});

test('every channel of the contract fits the format', () => {
  assert.ok(channels.length <= 64);
});

const misfits: readonly (readonly [keyof WindowRecord, Partial<WindowRecord>])[] = [
  ['offset', { offset: 2 ** 40 }],
  ['offset', { offset: -1 }],
  ['eventTimeMs', { eventTimeMs: 1.5 }],
  ['observedAtSeconds', { observedAtSeconds: 2 ** 32 }],
  ['amountMinor', { amountMinor: 1e15 + 1 }],
  ['currency', { currency: 1000 }],
  ['channel', { channel: 64 }],
  ['identity', { identity: '0123456789abcde' }],
  ['identity', { identity: '0123456789abcdeF' }],
  ['identity', { identity: '' }],
  ['digest', { digest: 'deadbee ' }],
  ['counterparty', { counterparty: 'a0b1c2' }],
  ['country', { country: 'nl' }],
  ['country', { country: 'NLD' }],
];

for (const [field, change] of misfits) {
  test(`a record whose ${field} is ${JSON.stringify(change[field])} is refused by the field's name alone`, () => {
    assert.throws(
      () => packRecord({ ...usual, ...change }),
      (error) => error instanceof RangeError && error.message.startsWith(`window record: ${field} is not`),
    );
  });
}
