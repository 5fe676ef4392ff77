import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxAmountMinor } from '@weir/contracts';
import fc from 'fast-check';
import { packRecords, unpackRecords } from './record-format.ts';

const hexDigits = (count: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: count, maxLength: count })
    .map((digits) => digits.join(''));

const anyRecord = fc.record(
  {
    offset: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
    eventTimeMs: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    observedAtSeconds: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    amountMinor: fc.integer({ min: 0, max: maxAmountMinor }),
    currency: fc.integer({ min: 0, max: 999 }),
    creditDebitIndicator: fc.constantFrom('CRDT' as const, 'DBIT' as const),
    identity: hexDigits(16),
    digest: hexDigits(8),
    counterparty: fc.oneof(
      fc.constant(''),
      hexDigits(12).filter((text) => !/^0+$/.test(text)),
    ),
    channel: fc.integer({ min: 0, max: 63 }),
    country: fc.constantFrom('', 'NL', 'DE', 'AA', 'ZZ'),
  },
  { noNullPrototype: true },
);

test('records read back as they were packed', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 20 }), (records) => {
      assert.deepEqual(unpackRecords(packRecords(records)), records);
    }),
  );
});
