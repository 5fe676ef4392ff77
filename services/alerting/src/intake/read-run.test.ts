import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodePayload,
  decodeRejected,
  encodePayload,
  encodeRejected,
  events,
  flaggedEventId,
  streams,
  systemTenant,
} from '@weir/contracts';
import type { AuditRequest, RejectedOrigin, RejectionCode } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';
import { openedFlagged, openedHeld, recordAt } from '../fixtures/opened-records.ts';
import {
  accountKey,
  flaggedTransaction,
  heldTransaction,
  identity,
} from '../fixtures/sample-transactions.ts';
import type { InputStream } from '../read-record.ts';
import { readRun } from './read-run.ts';

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

/** Reads one record each of these, at offsets 10, 11, … of partition 2. */
const read = (stream: InputStream, opened: readonly OpenedEvent[]) => {
  const { outgoing, ...run } = readRun(
    { stream, partition: 2 },
    'test',
    opened.map((_, index) => recordAt(stream, 2, 10 + index)),
    opened,
  );
  const eventsOn = (written: string) =>
    outgoing.filter((one) => one.stream === written).map(({ event }) => event);
  return { ...run, deadLetters: eventsOn('rejected'), auditRequests: eventsOn('intake') };
};

test('A held transaction is read as its facts, what a revision says of it, and its evidence', () => {
  const held = heldTransaction();
  const { findings, deadLetters } = read('held', [openedHeld(held)]);
  const [finding] = findings;
  assert.ok(finding?.facts.kind === 'transaction' && finding.details.kind === 'transaction');
  const { account, severity, score, rules, linkingRules, verdict, source, kept, amountMinor } = finding.facts;
  assert.deepEqual(
    [account, severity, score, verdict, amountMinor],
    [accountKey, 'high', 0.7, 'held', 950_000],
  );
  assert.deepEqual(rules, ['new_payee', 'far_above_usual']);
  assert.deepEqual(linkingRules, rules, 'both are rules of a ruleset');
  assert.deepEqual(source, { partition: 2, offset: 1_034 });
  assert.deepEqual(kept, { topic: streams.held.topic, partition: 2, offset: 10 });
  assert.deepEqual(finding.details.transaction, {
    transactionId: 'TX-20250615-0042',
    identity,
    sourcePartition: 2,
    sourceOffset: 1_034,
    heldOffset: 10,
    verdict: 'held',
  });
  assert.deepEqual([finding.entryId, finding.evidence?.key], [identity, accountKey]);
  assert.equal(deadLetters.length, 0);
});

test('Groups of features, one of which every alert has, link no alerts', () => {
  const reasons = ['unusual_amount', 'late', 'my_rule'].map((rule) => ({
    ...{ rule, severity: 'high' as const, contribution: 0, features: [] },
  }));
  const [finding] = read('held', [openedHeld(heldTransaction({ verdict: { reasons } }))]).findings;
  assert.ok(finding?.facts.kind === 'transaction');
  assert.deepEqual(finding.facts.linkingRules, ['my_rule']);
});

test('A transaction is as severe as its gravest reason', () => {
  const reasons = (['low', 'critical', 'medium'] as const).map((severity, index) => ({
    rule: `rule_${index}`,
    severity,
    contribution: 0,
    features: [],
  }));
  const [finding] = read('held', [openedHeld(heldTransaction({ verdict: { reasons } }))]).findings;
  assert.equal(finding?.facts.kind === 'transaction' && finding.facts.severity, 'critical');
});

test('A held record that can not be read becomes a dead letter with its bytes, and no finding', () => {
  const { findings, deadLetters, unreadable } = read('held', [
    unopened('authentication_failed'),
    openedHeld(heldTransaction()),
  ]);
  assert.equal(findings.length, 1);
  assert.deepEqual(unreadable[0]?.rejection, { code: 'authentication_failed', path: '' });
  const [letter] = deadLetters;
  assert.ok(letter !== undefined);
  assert.equal(letter.id, 'rejected-transactions.held.v1-2-10');
  assert.equal(letter.key, 'transactions.held.v1-2');
  const decoded = decodeRejected(letter.plaintext);
  assert.deepEqual(decoded?.origin, { kind: 'topic', topic: streams.held.topic, partition: 2, offset: 10 });
  assert.equal(String(decoded?.original), 'value');
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
    const { findings, unreadable } = read('held', [opened]);
    assert.equal(findings.length, 0);
    assert.deepEqual(unreadable[0]?.rejection, { code: 'contract_violation', path });
  });
}

test('A dead letter of a topic with a code that means tampering is a finding, at its origin', () => {
  const { findings } = read('rejected', [deadLetter(received, ['not_json', 'authentication_failed'])]);
  const [finding] = findings;
  assert.ok(finding?.facts.kind === 'refused');
  const { code, origin, kept, time } = finding.facts;
  assert.deepEqual([code, time], ['authentication_failed', '2025-06-15T12:00:05.000Z']);
  assert.deepEqual(origin, { topic: streams.received.topic, partition: 1, offset: 77 });
  assert.deepEqual(kept, { topic: streams.rejected.topic, partition: 2, offset: 10 });
  assert.equal(finding.entryId, `${streams.received.topic}/1/77`);
});

test('What ingest says of letters that it offers again is for ops, and what only claims to be that is a finding', () => {
  const letter = deadLetter(received, ['not_json']);
  const attributes = {
    ...letter.attributes,
    type: events.redrive.type,
    dataSchema: events.redrive.dataSchema,
  };
  const plaintext = encodePayload(events.redrive, {
    ...{ kind: 'begun', batch: '9f0b1c9e-4f0a-4a53-8d5e-0a8f3a3f2d11', logEnds: [] },
    letters: [{ of: { partition: 1, offset: 2 }, times: 1 }],
  });
  const { findings, forOps } = read('rejected', [
    { ...letter, attributes, plaintext },
    { ...letter, attributes },
  ]);
  assert.deepEqual([findings.length, forOps], [1, 1]);
});

test('What a source wrote wrongly is for ops and no finding', () => {
  const { findings, deadLetters, forOps } = read('rejected', [
    deadLetter({ kind: 'source', source: 'file', line: 3 }, ['contract_violation']),
    deadLetter(received, ['not_json']),
  ]);
  assert.deepEqual([findings.length, deadLetters.length, forOps], [0, 0, 2]);
});

test('What alerting refuses itself is audited under an id that follows from it, and what others refused is not', () => {
  const auditedOf = (...run: Parameters<typeof read>): readonly AuditRequest[] =>
    read(...run).auditRequests.map(({ plaintext }) => {
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
  const ids = [record, { ...record, timestampMs: record.timestampMs + 1 }].map(
    (one) =>
      readRun({ stream: 'held', partition: 2 }, 'test', [one], [unopened('not_sealed')]).outgoing.find(
        ({ stream }) => stream === 'intake',
      )?.event.id,
  );
  assert.equal(new Set(ids).size, 2);
});

test('A dead letter that can not be read is a finding itself and leads to no further dead letter', () => {
  const letter = deadLetter(received, ['not_sealed']);
  const { findings, deadLetters } = read('rejected', [
    unopened('not_sealed'),
    { ...letter, plaintext: Buffer.from('no preamble') },
    { ...letter, attributes: { ...letter.attributes, type: 'other' } },
  ]);
  assert.equal(deadLetters.length, 0);
  assert.deepEqual(
    findings.map(
      ({ facts }) => facts.kind === 'refused' && [facts.origin.topic, facts.origin.offset, facts.code],
    ),
    [
      [streams.rejected.topic, 10, 'not_sealed'],
      [streams.rejected.topic, 11, 'contract_violation'],
      [streams.rejected.topic, 12, 'contract_violation'],
    ],
  );
});

test('A flagged transaction is a finding too, which says that it went through', () => {
  const { findings, deadLetters } = read('held', [openedFlagged(flaggedTransaction())]);
  const [finding] = findings;
  assert.ok(finding?.facts.kind === 'transaction');
  assert.deepEqual([findings.length, deadLetters.length], [1, 0]);
  assert.deepEqual([finding.facts.verdict, finding.entryId], ['cleared', identity]);
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
    assert.deepEqual(read('held', [opened]).unreadable[0]?.rejection, { code: 'contract_violation', path });
});
