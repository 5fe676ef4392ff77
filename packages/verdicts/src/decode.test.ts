import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodePayload, events } from '@weir/contracts';
import type { Transaction } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';
import { decode } from './decode.ts';

const content: Transaction = {
  tenant: 'demo',
  source: 'file',
  partition: 2,
  transactionId: 'tx-1',
  account: { iban: 'NL91ABNA0417164300' },
  creditDebitIndicator: 'DBIT',
  currency: 'EUR',
  amountMinor: 1234,
  eventTime: '2026-01-01T00:00:00.000Z',
  observedAt: '2026-01-01T00:00:01.000Z',
  counterparty: { name: 'Shop', pseudonym: `c1_${'B'.repeat(22)}` },
};
const attributes = {
  id: `t1_${'A'.repeat(22)}`,
  type: events.transactionReceived.type,
  dataSchema: events.transactionReceived.dataSchema,
  time: content.eventTime,
  tenant: content.tenant,
};
const key = `a1_${'C'.repeat(22)}`;
const opened = (
  changed: Partial<typeof attributes> = {},
  said: Transaction = content,
  itsKey = key,
): OpenedEvent => ({
  ok: true,
  attributes: { ...attributes, ...changed },
  key: itsKey,
  plaintext: encodePayload(events.transactionReceived, said),
});
const digestOf = (said: Transaction, id = attributes.id): string => {
  const decoded = decode({ partition: 2, offset: 0 }, opened({ time: said.eventTime, id }, said));
  assert.ok(decoded.kind === 'transaction');
  return decoded.transaction.digest;
};

test('a transaction is read with its account and identity from the authenticated headers', () => {
  const decoded = decode({ partition: 2, offset: 7 }, opened());
  assert.ok(decoded.kind === 'transaction');
  assert.deepEqual(decoded.transaction.content, content);
  assert.equal(decoded.transaction.account, key);
  assert.equal(decoded.transaction.identity, attributes.id);
});

for (const [what, event, path] of [
  ['a type of another stream', opened({ type: events.transactionCleared.type }), 'ce_type'],
  ['another schema version', opened({ dataSchema: 'urn:weir:schema:transaction:2' }), 'ce_dataschema'],
  ['a copy from another partition', opened({}, { ...content, partition: 1 }), 'partition'],
  ['a tenant other than its header says', opened({ tenant: 'other' }), 'ce_tenant'],
  ['a time other than its header says', opened({ time: '2026-01-01T00:00:00.001Z' }), 'ce_time'],
  ['a key that is no account pseudonym', opened({}, content, 'NL91ABNA0417164300'), 'key'],
  ['an id that is no identity pseudonym', opened({ id: 'tx-1' }), 'ce_id'],
] as const) {
  test(`${what} violates the contract at ${path}`, () => {
    assert.deepEqual(decode({ partition: 2, offset: 3 }, event), {
      kind: 'refused',
      offset: 3,
      rejection: { code: 'contract_violation', path },
    });
  });
}

for (const [what, said, path] of [
  [
    'an event before the first instant ingest accepts',
    { eventTime: '1969-12-31T23:59:59.999Z' },
    'eventTime',
  ],
  ['an event after the last instant ingest accepts', { eventTime: '2100-01-01T00:00:00.000Z' }, 'eventTime'],
  ['an observation before any event', { observedAt: '1999-12-31T23:59:59.999Z' }, 'observedAt'],
  ['an observation no window record can hold', { observedAt: '9999-12-31T23:59:59.999Z' }, 'observedAt'],
] as const) {
  test(`${what} violates the contract at ${path}, whoever sealed it`, () => {
    const changed = { ...content, ...said };
    assert.deepEqual(decode({ partition: 2, offset: 4 }, opened({ time: changed.eventTime }, changed)), {
      kind: 'refused',
      offset: 4,
      rejection: { code: 'contract_violation', path },
    });
  });
}

test('two sendings of one transaction have one digest, whatever saw them when', () => {
  const again = { ...content, source: 'live', observedAt: '2026-01-02T00:00:00.000Z' };
  assert.equal(digestOf(content), digestOf(again));
  assert.notEqual(digestOf(content), digestOf({ ...content, amountMinor: 1235 }));
  assert.notEqual(digestOf(content), digestOf({ ...content, counterparty: { name: 'Shoq' } }));
});

test('two contents that agree in what windows keep under one identity do not under another', () => {
  // Sought out under the first identity, which takes a sender who knows what is hashed a second.
  const [one, other] = [48_984, 112_147].map((amountMinor) => ({ ...content, amountMinor }));
  assert.ok(one !== undefined && other !== undefined);
  const kept = (said: Transaction, id?: string): string => digestOf(said, id).slice(0, 8);
  assert.equal(kept(one), kept(other));
  const id = `t1_${'D'.repeat(22)}`;
  assert.notEqual(kept(one, id), kept(other, id));
});

// The windows of running logs hold these: another digest for the same content would turn repetitions into conflicts.
for (const [what, said, digest] of [
  ['with a counterparty', content, '22618bdb058ab52de8fe30d0ee35d418bd87edc22943076ca2d4daadde71b9b0'],
  [
    'with every optional field',
    {
      ...content,
      bookingDate: '2026-01-02',
      channel: 'atm',
      country: 'NL',
      endToEndId: 'e2e-1',
      remittanceInformation: 'Rent',
      counterparty: { name: 'Café', account: { other: { id: 'x', scheme: 'BBAN' } } },
    },
    '96e69db24db4f8a3288d050a82f37386869bc70661997a2be3adf5be10bb2ac9',
  ],
] as const) {
  test(`the digest of a transaction ${what} is what it has always been`, () => {
    assert.equal(digestOf(said), digest);
  });
}

test('no plaintext whatever makes it throw or become a transaction it is not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const decoded = decode(
        { partition: 2, offset: 1 },
        { ok: true, attributes, key, plaintext: Buffer.from(bytes) },
      );
      assert.equal(decoded.kind, 'refused');
    }),
  );
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.equal(
        decode({ partition: 2, offset: 1 }, { ok: true, attributes, key, plaintext: Buffer.from(text) }).kind,
        'refused',
      );
    }),
  );
});
