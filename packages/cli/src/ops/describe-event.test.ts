import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePayload, encodeRejected, events } from '@weir/contracts';
import type { Activation, EventDefinition, HeldTransaction, Transaction } from '@weir/contracts';
import { describeEvent, eventAsJson } from './describe-event.ts';
import type { ReadEvent } from './read-events.ts';

const iban = 'GB82WEST12345698765432';
const payee = 'Wolkenstein';
const purpose = 'Remittance 7f3b9d';
const shownIn = (text: string): string[] => [iban, payee, purpose].filter((secret) => text.includes(secret));

const time = '2026-01-05T08:00:00.000Z';
const versions = { ruleset: 'starter@1', windowPlan: 'standard@1' };

const transaction: Transaction = {
  tenant: 'demo',
  source: 'file',
  partition: 2,
  transactionId: 'tx-1',
  account: { iban },
  creditDebitIndicator: 'DBIT',
  currency: 'EUR',
  amountMinor: 735_000,
  eventTime: time,
  observedAt: time,
  counterparty: { name: payee, account: { iban } },
  remittanceInformation: purpose,
};
const held: HeldTransaction = {
  transaction,
  verdict: {
    outcome: 'held',
    score: 0.91,
    reasons: [{ rule: 'amount_unusual', severity: 'high', contribution: 0.91, features: [] }],
    versions,
  },
  evidence: { features: {}, usualAmount: null, recentAmounts: [] },
  sourcePartition: 2,
  sourceOffset: 41,
};

const read = (type: string, plaintext: Buffer): ReadEvent => ({
  record: {
    topic: 'a-topic',
    partition: 2,
    offset: 41,
    timestampMs: Date.parse(time),
    key: null,
    value: null,
    headers: {},
    repeatedHeaders: [],
  },
  opened: {
    ok: true,
    attributes: { id: 'id', type, dataSchema: 'urn:x', time, tenant: 'demo' },
    key: 'a1_pseudonym',
    plaintext,
  },
});
const eventOf = <Schema extends EventDefinition['schema']>(
  event: EventDefinition<Schema>,
  payload: Parameters<typeof encodePayload<Schema>>[1],
): ReadEvent => read(event.type, encodePayload(event, payload));

test('a held transaction is told without its account number, any name, or what was written with it', () => {
  const line = describeEvent('held', eventOf(events.transactionHeld, held));
  assert.equal(
    line,
    '2026-01-05T08:00:00.000Z  2/41  tx-1  GB•• •••• 5432  DBIT 7350.00 EUR  held 0.910 amount_unusual',
  );
});

test('a flagged transaction is told as one, for among held ones "cleared" would be a riddle', () => {
  const verdict = { ...held.verdict, outcome: 'cleared' as const };
  const line = describeEvent('held', eventOf(events.transactionFlagged, { ...held, verdict }));
  assert.match(line, /7350\.00 EUR {2}flagged 0\.910 amount_unusual$/);
});

test('a release is told with who asked and who approved, where it is approved and where the transaction was let go', () => {
  const people = { requestedBy: 'anna', approvedBy: 'bert', approvedAt: time };
  const { evidence: _, ...judged } = held;
  const released = eventOf(events.transactionReleased, { ...judged, release: people, releaseOffset: 3 });
  const line = describeEvent('cleared', released);
  assert.match(line, /DBIT 7350\.00 EUR {2}released, asked by anna, approved by bert$/);
  assert.deepEqual(shownIn(line), []);
  const transactionIdentity = `t1_${'x'.repeat(22)}`;
  const release = eventOf(events.release, {
    ...{ tenant: 'demo', transactionIdentity, sourcePartition: 2, sourceOffset: 41, heldOffset: 5 },
    ...{ requestedBy: 'anna', approvedAt: time },
  });
  assert.match(describeEvent('releases', release), /x {2}log 2\/41 {2}asked by anna$/);
});

test('no line for a person shows an account number or a name, and the JSON for a script shows all, but for what was refused', () => {
  const cleared = { ...held, verdict: { ...held.verdict, outcome: 'cleared' as const, reasons: [] } };
  const { evidence: _, ...clearedTransaction } = cleared;
  const rejected = read(
    events.recordRejected.type,
    encodeRejected({
      rejections: [{ code: 'iban_invalid', path: 'account.iban' }],
      origin: { kind: 'source', source: 'file', line: 7 },
      key: null,
      headers: [],
      original: Buffer.from(JSON.stringify(transaction)),
      originalBytes: 3,
      originalSha256: 'ab'.repeat(32),
    }),
  );
  const all = [
    ['received', eventOf(events.transactionReceived, transaction)],
    ['cleared', eventOf(events.transactionCleared, clearedTransaction)],
    ['held', eventOf(events.transactionHeld, held)],
    ['rejected', rejected],
  ] as const;
  for (const [stream, event] of all) {
    assert.deepEqual(shownIn(describeEvent(stream, event)), [], stream);
    assert.equal(shownIn(eventAsJson(stream, event)).length, stream === 'rejected' ? 0 : 3, stream);
  }
  assert.match(
    describeEvent('rejected', rejected),
    /iban_invalid at account\.iban {2}from file line 7 {2}3 bytes$/,
  );
  const told = JSON.parse(eventAsJson('rejected', rejected)) as { payload: object };
  assert.deepEqual(Object.keys(told.payload), [
    ...['rejections', 'origin', 'originalBytes', 'keptBytes', 'redriven'],
  ]);
  assert.doesNotMatch(JSON.stringify(told), new RegExp(Buffer.from(iban).toString('base64').slice(4, 12)));
});

test('an activation is told by its number and version, where it is announced and where the log says it', () => {
  const activation: Activation = {
    logId: '018f3b9e-0000-4000-8000-000000000000',
    sequence: 3,
    artefactKind: 'window_plan',
    artefact: 'wide@1',
    digest: 'ab'.repeat(32),
  };
  assert.match(describeEvent('artefacts', eventOf(events.activation, activation)), /activation 3 of wide@1$/);
  const control = eventOf(events.control, { kind: 'artefact_activated', ...activation });
  assert.match(describeEvent('received', control), /control artefact_activated 3 wide@1$/);
});

test('what can not be opened or read is told by where it stands, and shows none of its bytes', () => {
  const unreadable = read(events.transactionHeld.type, Buffer.from(iban));
  assert.match(describeEvent('held', unreadable), / 2\/41 {2}unreadable$/);
  const refused: ReadEvent = {
    ...unreadable,
    opened: { ok: false, rejection: { code: 'not_json', path: '' } },
  };
  assert.match(describeEvent('held', refused), / 2\/41 {2}can't be opened: not_json$/);
});
