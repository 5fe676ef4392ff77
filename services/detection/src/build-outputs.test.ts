import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { decodePayload, decodeRejected, events, streams } from '@weir/contracts';
import type { RejectedRecord, Rejection } from '@weir/contracts';
import type { UnsealedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { featureNamesOf } from '@weir/scoring';
import { createAccountHistory, defaultWindowPlan } from '@weir/windows';
import { buildOutputs, decideBatch, decode, windowRecordOf } from '@weir/verdicts';
import type { DecidedRun, Decoded, Outputs } from '@weir/verdicts';
import { plainRecord } from './fixtures/plain-parts.ts';
import {
  receivedEvent,
  sampleTransactions,
} from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { judgeOf } from '../../../packages/verdicts/src/fixtures/judge-of.ts';

const versions = { ruleset: 'starter@1', windowPlan: 'standard@1' };
const logId = '018f3b9e-0000-4000-8000-000000000000';
const said = { logId, versions, sequence: 0, featureNames: featureNamesOf(defaultWindowPlan) };

/** What a rejected record weighs beside its payload: envelope, headers, key and the batch around it. */
const overheadBytes = 2_048;

/** A run of two hundred transactions and a repetition, decided anew from the same records. */
function decidedRun(): DecidedRun {
  const sample = sampleTransactions(0, 200);
  const received = [...sample, ...sample.slice(7, 8)].map(receivedEvent);
  const records = received.map((event, offset) => plainRecord(offset, event));
  const decoded = received.map((event, offset) =>
    decode(
      { partition: 0, offset },
      { ok: true, attributes: event, key: event.key, plaintext: Buffer.from(event.plaintext) },
    ),
  );
  const histories = new Map(
    received.map(({ key }) => [key, createAccountHistory(defaultWindowPlan, [], 0)] as const),
  );
  const { judge } = judgeOf(versions.ruleset);
  const decided = decideBatch(decoded, { judge, histories, toRecord: windowRecordOf });
  return { ...said, partition: 3, from: 0, to: records.length, decided, records };
}

/** What is left of one record that was refused. */
function rejectedOf(
  changed: Partial<KafkaRecord>,
  refused: Partial<Decoded> = {},
): {
  readonly event: UnsealedEvent;
  readonly rejected: RejectedRecord;
} {
  const record = { ...plainRecord(5, receivedEvent(sampleTransactions(1, 2)[0]!)), ...changed };
  const rejection = { code: 'not_sealed', path: '' } as const;
  const decided = [{ kind: 'rejected', offset: 5, rejection, ...refused } as const];
  const run = { ...said, partition: 0, from: 5, to: 6, decided, records: [record] };
  const [event] = buildOutputs(run as DecidedRun).rejected;
  assert.ok(event !== undefined);
  const rejected = decodeRejected(event.plaintext);
  assert.ok(rejected !== undefined);
  return { event, rejected };
}

const inText = (outputs: Outputs): string =>
  JSON.stringify(outputs, (_name, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );

test('the same records give the same payloads and ids, byte for byte', () => {
  assert.equal(inText(buildOutputs(decidedRun())), inText(buildOutputs(decidedRun())));
});

test('every transaction has one verdict, and the journal says its digest', () => {
  const run = decidedRun();
  const { cleared, held, decisions } = buildOutputs(run);
  assert.ok(cleared.length > 0 && held.length > 0);
  assert.equal(cleared.length + held.length, 200);
  const [journal] = decisions;
  const payload = decodePayload(events.journal, journal?.plaintext ?? Buffer.alloc(0));
  assert.ok(payload.ok);
  assert.deepEqual([payload.value.from, payload.value.to, decisions.length], [0, 201, 1]);
  const digests = payload.value.decisions.flatMap((one) => ('digest' in one ? [one.digest] : []));
  const published = [...cleared, ...held].map(({ plaintext }) => hash('sha256', plaintext));
  assert.deepEqual(digests.toSorted(), published.toSorted());
  assert.deepEqual(payload.value.decisions.at(-1), { offset: 200, outcome: 'duplicate', firstOffset: 7 });
});

test('a held transaction carries the features it was judged by and the amounts before it', () => {
  const run = decidedRun();
  const held = buildOutputs(run).held.map(({ plaintext }) => {
    const payload = decodePayload(events.transactionHeld, plaintext);
    assert.ok(payload.ok);
    return payload.value;
  });
  const unusual = held.find(({ verdict }) =>
    verdict.reasons.some(({ rule }) => rule === 'amount_above_usual'),
  );
  assert.ok(unusual !== undefined);
  const decided = run.decided.find(({ offset }) => offset === unusual.sourceOffset);
  assert.ok(decided?.kind === 'verdict');
  assert.deepEqual(unusual.evidence.features, decided.features);
  assert.ok((unusual.evidence.usualAmount?.highMinor ?? Infinity) < unusual.transaction.amountMinor);
  assert.ok(unusual.evidence.recentAmounts.length > 1);
  assert.equal(unusual.sourcePartition, 3);
});

test('a refused record is kept whole, with where it stood', () => {
  const value = Buffer.from('{"iban":"not sealed"}');
  const { event, rejected } = rejectedOf({ value, key: Buffer.from('NL91ABNA0417164300') });
  assert.deepEqual(rejected.origin, {
    kind: 'topic',
    topic: streams.received.topic,
    partition: 0,
    offset: 5,
  });
  assert.deepEqual(rejected.original, value);
  assert.equal(rejected.originalSha256, hash('sha256', value));
  assert.equal(String(rejected.key), 'NL91ABNA0417164300');
  assert.deepEqual(
    rejected.headers.map(([name]) => name).toSorted(),
    Object.keys(plainRecord(0, event).headers).toSorted(),
  );
  // What stands outside of the payload is read by everybody.
  assert.equal(event.key, 'transactions.received.v1-0');
  assert.equal(event.id, `rejected-${logId}-0-5`);
});

test('a refused record without key and value is told from one with empty ones', () => {
  const none = rejectedOf({ key: null, value: null }).rejected;
  assert.deepEqual(
    [none.key, none.original, none.originalBytes, none.originalSha256],
    [null, null, null, null],
  );
  const empty = rejectedOf({ key: Buffer.alloc(0), value: Buffer.alloc(0) }).rejected;
  assert.deepEqual([empty.key?.length, empty.original?.length, empty.originalBytes], [0, 0, 0]);
});

const hostileHeaders = {
  'a few long values': Object.fromEntries(
    Array.from({ length: 9 }, (_unused, index) => [`h${index}`, Buffer.alloc(30_000, index)]),
  ),
  'thousands of tiny ones': Object.fromEntries(
    Array.from({ length: 30_000 }, (_unused, index) => [index.toString(36), Buffer.alloc(0)]),
  ),
  'a name that JSON writes six times as long': { ['\u0001'.repeat(32_000)]: Buffer.alloc(1) },
  'a name of long characters': { ['\u20ac'.repeat(32_000)]: Buffer.alloc(1) },
};

for (const [what, headers] of Object.entries(hostileHeaders)) {
  test(`whatever a refused record weighs, what is kept of it fits: ${what}`, () => {
    // A compressed batch may hold far more than the topic's limit once it is read.
    const value = Buffer.alloc(streams.received.maxMessageBytes + 500_000, 7);
    const { event, rejected } = rejectedOf({ value, headers, key: Buffer.alloc(100_000, 'k') });
    assert.ok(event.plaintext.length + overheadBytes <= streams.rejected.maxMessageBytes);
    assert.equal(rejected.originalBytes, value.length);
    assert.equal(rejected.originalSha256, hash('sha256', value));
    assert.equal(rejected.original?.length, streams.received.maxMessageBytes);
    assert.equal(rejected.key?.length, 8_192);
  });
}

test('A record that somebody else wrote or changed is audited, the same however often it is read', () => {
  const record = plainRecord(5, receivedEvent(sampleTransactions(1, 2)[0]!));
  const auditedOf = (rejection: Rejection) => {
    const decided = [{ kind: 'rejected', offset: 5, rejection } as const];
    return buildOutputs({ ...said, partition: 0, from: 5, to: 6, decided, records: [record] }).intake;
  };
  const [event, ...others] = auditedOf({ code: 'authentication_failed', path: '' });
  assert.ok(event !== undefined && others.length === 0);
  const request = decodePayload(events.auditRequest, event.plaintext);
  assert.ok(request.ok);
  assert.equal(request.value.action, 'record_refused');
  assert.deepEqual(request.value.details, {
    code: 'authentication_failed',
    topic: record.topic,
    partition: record.partition,
    offset: 5,
  });
  assert.deepEqual(auditedOf({ code: 'authentication_failed', path: '' }), [event]);
  assert.deepEqual(auditedOf({ code: 'field_missing', path: 'currency' }), []);
  assert.deepEqual(buildOutputs(decidedRun()).intake, []);
});
