import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodePayload,
  decodeRejected,
  encodeRejected,
  events,
  flaggedEventId,
  streams,
  systemTenant,
} from '@weir/contracts';
import type { AuditRequest, RejectedOrigin, RejectionCode } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';
import {
  accountKey,
  flaggedTransaction,
  heldTransaction,
  identity,
  openedFlagged,
  openedHeld,
  recordAt,
} from './fixtures/notices.ts';
import { planRun } from './plan-run.ts';
import type { InputStream } from './read-record.ts';

const unopened = (code: RejectionCode): OpenedEvent => ({ ok: false, rejection: { code, path: '' } });

const deadLetter = (
  origin: RejectedOrigin,
  codes: readonly RejectionCode[],
): Extract<OpenedEvent, { ok: true }> => ({
  ok: true,
  key: 'any',
  attributes: {
    id: 'rejected-1',
    tenant: systemTenant,
    time: '2025-06-15T12:00:05.000Z',
    type: events.recordRejected.type,
    dataSchema: events.recordRejected.dataSchema,
  },
  plaintext: encodeRejected({
    rejections: codes.map((code) => ({ code, path: '' })),
    origin,
    key: null,
    headers: [],
    original: Buffer.from('bytes'),
    originalBytes: 5,
    originalSha256: null,
  }),
});

const received: RejectedOrigin = { kind: 'topic', topic: streams.received.topic, partition: 1, offset: 77 };

/** Plans one record each of these, at offsets 10, 11, … of partition 2. */
const plan = (stream: InputStream, opened: readonly OpenedEvent[], environment = 'test') =>
  planRun(
    stream,
    { environment, channels: ['mail', 'webhook'] },
    opened.map((_, index) => recordAt(stream, 2, 10 + index)),
    opened,
  );

test('A held transaction becomes one alert that names it, its reasons and where it stands', () => {
  const held = heldTransaction();
  const { notices, alertEvents, deadLetters, next } = plan('held', [openedHeld(held)]);
  const [event] = alertEvents;
  assert.ok(event !== undefined);
  const payload = decodePayload(events.alert, event.plaintext);
  assert.ok(payload.ok && payload.value.kind === 'unusual_transactions');
  const { alertId, deliveries, ...alert } = payload.value;
  assert.deepEqual(alert, {
    kind: 'unusual_transactions',
    revision: 1,
    severity: 'high',
    tenant: 'bank-a',
    accountPseudonym: accountKey,
    transactionIds: ['TX-20250615-0042'],
    verdict: 'held',
    score: 0.7,
    reasons: held.verdict.reasons,
    firstEventTime: '2025-06-15T12:00:03.250Z',
    sourcePartition: 2,
    sourceOffset: 1_034,
  });
  assert.deepEqual(deliveries, [
    { channel: 'mail', deliveryKey: `${alertId}-1-mail` },
    { channel: 'webhook', deliveryKey: `${alertId}-1-webhook` },
  ]);
  assert.deepEqual([event.key, event.id, event.tenant], [alertId, `${alertId}-1`, 'bank-a']);
  assert.deepEqual([notices.length, deadLetters.length, next], [1, 0, 11]);
});

test('The same transaction under another ruleset has the same alert id, another one has another', () => {
  const idOf = (opened: OpenedEvent) => plan('held', [opened]).notices[0]?.alert.alertId;
  const first = idOf(openedHeld(heldTransaction()));
  const versions = { ruleset: 'test@2', windowPlan: 'standard@2' };
  assert.equal(idOf(openedHeld(heldTransaction({ verdict: { versions, score: 0.9 } }))), first);
  const other = { id: identity.replace('AAEC', 'AAED') };
  assert.notEqual(idOf(openedHeld(heldTransaction(), other)), first);
  assert.notEqual(idOf(openedHeld(heldTransaction({ transaction: { tenant: 'bank-b' } }))), first);
});

test('An alert is as severe as its gravest reason', () => {
  const reasons = (['low', 'critical', 'medium'] as const).map((severity, index) => ({
    rule: `rule_${index}`,
    severity,
    contribution: 0,
    features: [],
  }));
  const [notice] = plan('held', [openedHeld(heldTransaction({ verdict: { reasons } }))]).notices;
  assert.equal(notice?.alert.severity, 'critical');
});

test('A held record that can not be read becomes a dead letter with its bytes, and no alert yet', () => {
  const { notices, deadLetters, unreadable, next } = plan('held', [
    unopened('authentication_failed'),
    openedHeld(heldTransaction()),
  ]);
  assert.equal(notices.length, 1);
  assert.deepEqual(unreadable[0]?.rejection, { code: 'authentication_failed', path: '' });
  const [letter] = deadLetters;
  assert.ok(letter !== undefined);
  assert.equal(letter.id, 'rejected-transactions.held.v1-2-10');
  assert.equal(letter.key, 'transactions.held.v1-2');
  const decoded = decodeRejected(letter.plaintext);
  assert.deepEqual(decoded?.origin, { kind: 'topic', topic: streams.held.topic, partition: 2, offset: 10 });
  assert.equal(String(decoded?.original), 'value');
  assert.equal(next, 12);
});

const held = openedHeld(heldTransaction());
const contradictions: readonly (readonly [string, OpenedEvent, string])[] = [
  ['another type', openedWith({ type: 'weir.transaction.cleared.v1' }), 'ce_type'],
  ['another schema', openedWith({ dataSchema: 'urn:other' }), 'ce_dataschema'],
  ['another tenant', openedWith({ tenant: 'bank-b' }), 'ce_tenant'],
  ['another time', openedWith({ time: '2025-06-15T12:00:03.251Z' }), 'ce_time'],
  ['an id that is no pseudonym', openedWith({ id: 'TX-1' }), 'ce_id'],
  ['a key that is no pseudonym', { ...held, key: 'NL91ABNA0417164300' }, 'key'],
  ['a copy on another partition', openedHeld(heldTransaction({ sourcePartition: 3 })), 'sourcePartition'],
  ['no JSON', { ...held, plaintext: Buffer.from('{') }, ''],
];

function openedWith(attributes: Partial<(typeof held)['attributes']>): OpenedEvent {
  return { ...held, attributes: { ...held.attributes, ...attributes } };
}

for (const [what, opened, path] of contradictions) {
  test(`A held record with ${what} breaks the contract`, () => {
    const { notices, unreadable } = plan('held', [opened]);
    assert.equal(notices.length, 0);
    assert.deepEqual(unreadable[0]?.rejection, { code: 'contract_violation', path });
  });
}

test('A dead letter of a topic with a code that means tampering is alerted, at its origin', () => {
  const { notices, alertEvents } = plan('rejected', [
    deadLetter(received, ['not_json', 'authentication_failed']),
  ]);
  const [notice] = notices;
  assert.ok(notice?.alert.kind === 'refused_record' && notice.finding.kind === 'refused');
  assert.equal(notice.alert.code, 'authentication_failed');
  assert.equal(notice.alert.severity, 'critical');
  const { topic, partition, offset } = notice.alert;
  assert.deepEqual([topic, partition, offset], [streams.received.topic, 1, 77]);
  assert.deepEqual(notice.finding.kept, { topic: streams.rejected.topic, partition: 2, offset: 10 });
  assert.deepEqual(
    [alertEvents[0]?.tenant, alertEvents[0]?.time],
    [systemTenant, '2025-06-15T12:00:05.000Z'],
  );
});

test('What a source wrote wrongly is for ops and not alerted', () => {
  const { notices, deadLetters, forOps } = plan('rejected', [
    deadLetter({ kind: 'source', source: 'file', line: 3 }, ['contract_violation']),
    deadLetter(received, ['not_json']),
  ]);
  assert.deepEqual([notices.length, deadLetters.length, forOps], [0, 0, 2]);
});

test('What alerting refuses itself is audited under an id that follows from it, and what others refused is not', () => {
  const auditedOf = (...run: Parameters<typeof plan>): readonly AuditRequest[] =>
    plan(...run).auditRequests.map(({ plaintext }) => {
      const request = decodePayload(events.auditRequest, plaintext);
      assert.ok(request.ok);
      return request.value;
    });
  const [held, ...others] = auditedOf('held', [unopened('key_not_allowed'), openedHeld(heldTransaction())]);
  assert.equal(others.length, 0);
  assert.deepEqual(held?.details, {
    code: 'key_not_allowed',
    topic: streams.held.topic,
    partition: 2,
    offset: 10,
  });
  assert.deepEqual(auditedOf('held', [unopened('key_not_allowed')]), [held]);
  const letters = auditedOf('rejected', [deadLetter(received, ['not_sealed']), unopened('not_sealed')]);
  assert.deepEqual(
    letters.map(({ subject }) => subject.id),
    [`${streams.rejected.topic}-2-11`],
  );
});

test('The same place of a topic made anew is audited under another id', () => {
  const record = recordAt('held', 2, 10);
  const later = { ...record, timestampMs: record.timestampMs + 1 };
  const ids = [record, later].map(
    (one) =>
      planRun('held', { environment: 'test', channels: [] }, [one], [unopened('not_sealed')]).auditRequests[0]
        ?.id,
  );
  assert.equal(new Set(ids).size, 2);
});

test('A dead letter that can not be read is alerted once and leads to no further dead letter', () => {
  const letter = deadLetter(received, ['not_sealed']);
  const { notices, deadLetters } = plan('rejected', [
    unopened('not_sealed'),
    { ...letter, plaintext: Buffer.from('no preamble') },
    { ...letter, attributes: { ...letter.attributes, type: 'other' } },
  ]);
  assert.equal(deadLetters.length, 0);
  assert.deepEqual(
    notices.map(({ alert }) => alert.kind === 'refused_record' && [alert.topic, alert.offset, alert.code]),
    [
      [streams.rejected.topic, 10, 'not_sealed'],
      [streams.rejected.topic, 11, 'contract_violation'],
      [streams.rejected.topic, 12, 'contract_violation'],
    ],
  );
  assert.equal(new Set(notices.map(({ alert }) => alert.alertId)).size, 3);
});

test('The same place in another environment, or of a topic made anew, has another alert id', () => {
  const letter = deadLetter(received, ['not_sealed']);
  const later = { ...letter, attributes: { ...letter.attributes, time: '2025-07-01T00:00:00.000Z' } };
  const idOf = (opened: OpenedEvent, environment: string) =>
    plan('rejected', [opened], environment).notices[0]?.alert.alertId;
  const ids = [idOf(letter, 'test'), idOf(letter, 'production'), idOf(later, 'test')];
  assert.equal(new Set(ids).size, 3);
  assert.equal(idOf(letter, 'test'), ids[0]);
});

test('A flagged transaction becomes one alert too, which says that it went through', () => {
  const flagged = flaggedTransaction();
  const { notices, alertEvents, deadLetters } = plan('held', [openedFlagged(flagged)]);
  const payload = decodePayload(events.alert, alertEvents[0]?.plaintext ?? Buffer.alloc(0));
  assert.ok(payload.ok && payload.value.kind === 'unusual_transactions');
  assert.deepEqual([notices.length, alertEvents.length, deadLetters.length], [1, 1, 0]);
  assert.equal(payload.value.verdict, 'cleared');
  assert.deepEqual(payload.value.transactionIds, ['TX-20250615-0042']);
  assert.equal(payload.value.severity, 'high');
});

test('A flagged transaction is named by its own id and by that of no verdict', () => {
  for (const [opened, path] of [
    [openedFlagged(flaggedTransaction(), identity), 'ce_id'],
    [openedFlagged(flaggedTransaction(), 'flagged-TX-1'), 'ce_id'],
    [openedHeld(heldTransaction(), { id: flaggedEventId(identity) }), 'ce_id'],
    [
      { ...openedFlagged(flaggedTransaction()), plaintext: openedHeld(heldTransaction()).plaintext },
      'verdict.outcome',
    ],
  ] as const)
    assert.deepEqual(plan('held', [opened]).unreadable[0]?.rejection, { code: 'contract_violation', path });
});
