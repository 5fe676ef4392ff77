import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { streams } from '@weir/contracts';
import type { RejectionCode } from '@weir/contracts';
import type { OutgoingRecord } from '@weir/kafka';
import { startDetectionBench } from './fixtures/detection-bench.ts';
import type { DetectionBench } from './fixtures/detection-bench.ts';
import {
  controlEvent,
  pseudonymFor,
  receivedEvent,
  sampleTransaction,
} from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { assertSettled, drained, readRejected } from './fixtures/settled.ts';
import { createTestLog } from './fixtures/test-log.ts';
import type { TestLog } from './fixtures/test-log.ts';
import { startTestWorker } from './fixtures/test-worker.ts';

let bench: DetectionBench;
before(async () => {
  bench = await startDetectionBench({ own: false });
});
after(() => bench.close());

type Hostile = {
  readonly what: string;
  readonly record: OutgoingRecord;
  /** Undefined for one that counts as a duplicate. */
  readonly refusedAs: { readonly code: RejectionCode; readonly path: string } | undefined;
};

// Where the parts of an envelope lie: magic 4, suite 1, dekId 16, commitment 32, then the key's ARN.
const suiteByte = 4;
const dekIdByte = 5;
const commitmentByte = 21;

function withFlippedBit(record: OutgoingRecord, at: number): OutgoingRecord {
  const value = Buffer.from(record.value ?? []);
  const index = at < 0 ? value.length + at : at;
  value.writeUInt8(value.readUInt8(index) ^ 1, index);
  return { ...record, value };
}

/** One of each kind that somebody with access to the topic, or even to a key, could write. */
async function hostileRecords(log: TestLog): Promise<Hostile[]> {
  const good = await log.seal(receivedEvent(sampleTransaction(900)));
  const event = receivedEvent(sampleTransaction(901));
  const headersWithout = (name: string) =>
    Object.fromEntries(Object.entries(good.headers).filter(([other]) => other !== name));
  const arnByte = good.value?.indexOf('arn:aws') ?? 0;
  const content = sampleTransaction(902);
  const hostile = (what: string, record: OutgoingRecord, code: RejectionCode, path = ''): Hostile => ({
    what,
    record,
    refusedAs: { code, path },
  });
  return [
    hostile(
      'plain JSON',
      { key: good.key, value: Buffer.from('{"amount":"1.00"}'), headers: {} },
      'not_sealed',
    ),
    hostile(
      'plain JSON under our headers',
      { ...good, value: Buffer.from('{"amount":"1.00"}') },
      'not_sealed',
    ),
    hostile('no value', { ...good, value: null }, 'null_value'),
    hostile('random bytes', { key: null, value: randomBytes(300), headers: {} }, 'not_sealed'),
    hostile('two megabytes', { key: 'x', value: randomBytes(2_000_000), headers: {} }, 'not_sealed'),
    hostile(
      'as much as the topic takes, under a header that JSON makes long',
      { key: 'x', value: randomBytes(4_150_000), headers: { ['\u0001'.repeat(30_000)]: 'x' } },
      'not_sealed',
    ),
    hostile(
      'an envelope that ends early',
      { ...good, value: good.value?.subarray(0, 60) ?? null },
      'malformed_envelope',
    ),
    hostile('another suite', withFlippedBit(good, suiteByte), 'unsupported_suite'),
    hostile('another data key', withFlippedBit(good, dekIdByte), 'wrapped_key_invalid'),
    hostile('another commitment', withFlippedBit(good, commitmentByte), 'commitment_mismatch'),
    hostile('a key nobody allowed', withFlippedBit(good, arnByte + 30), 'key_not_allowed'),
    hostile('another ciphertext', withFlippedBit(good, -40), 'authentication_failed'),
    hostile('another tag', withFlippedBit(good, -1), 'authentication_failed'),
    hostile('an envelope of another stream', await log.seal(event, 'cleared'), 'wrapped_key_invalid'),
    hostile(
      'a copy under another account',
      { ...good, key: pseudonymFor('a', 'another') },
      'authentication_failed',
    ),
    hostile('a copy without a key', { ...good, key: null }, 'headers_invalid', 'key'),
    hostile('a key that is no text', { ...good, key: Buffer.from([0xff, 0xfe]) }, 'headers_invalid', 'key'),
    hostile(
      'a header missing',
      { ...good, headers: headersWithout('ce_type') },
      'headers_invalid',
      'ce_type',
    ),
    hostile(
      'another tenant in the header',
      { ...good, headers: { ...good.headers, ce_tenant: 'other' } },
      'authentication_failed',
    ),
    hostile(
      'a type of another stream',
      await log.seal({ ...event, type: 'weir.transaction.cleared.v1' }),
      'contract_violation',
      'ce_type',
    ),
    hostile(
      'a sealed payload that is no JSON',
      await log.seal({ ...event, plaintext: Buffer.from('no') }),
      'contract_violation',
    ),
    hostile(
      'a sealed payload against its contract',
      await log.seal({ ...event, plaintext: Buffer.from(JSON.stringify({ ...content, amountMinor: -5 })) }),
      'contract_violation',
      'amountMinor',
    ),
    hostile(
      'a sealed time before all time',
      await log.seal(receivedEvent(sampleTransaction(903, { eventTime: '1969-12-31T23:59:59.999Z' }))),
      'contract_violation',
      'eventTime',
    ),
    hostile(
      'a control record of another log',
      await log.seal(
        controlEvent({
          kind: 'log_opened',
          logId: '018f3b9e-0000-4000-8000-000000000000',
          partitionCount: 1,
          versions: { ruleset: 'starter@1', windowPlan: 'standard@1' },
        }),
      ),
      'contract_violation',
      'logId',
    ),
    hostile(
      'the identity of another transaction',
      await log.seal(receivedEvent(sampleTransaction(3, { amountMinor: 77 }))),
      'conflicting_duplicate',
      'transactionId',
    ),
    {
      what: 'a transaction again',
      record: await log.seal(receivedEvent(sampleTransaction(4, { source: 'again' }))),
      refusedAs: undefined,
    },
  ];
}

test('whatever stands in the log is accounted for, and blocks nothing behind it', async () => {
  const log = await createTestLog(bench);
  await log.feed(
    0,
    Array.from({ length: 20 }, (_unused, n) => sampleTransaction(n)),
  );
  const hostile = await hostileRecords(log);
  const offsets: number[] = [];
  for (const [index, { record }] of hostile.entries()) {
    offsets.push(await log.append(0, [record]));
    await log.feed(0, [sampleTransaction(100 + index)]);
  }
  const worker = await startTestWorker(log);
  await drained(log, [worker]);
  await worker.stop();
  assert.deepEqual(worker.retries, []);

  const [settled] = await assertSettled(log);
  const rejected = await readRejected(log);
  for (const [index, { what, record, refusedAs }] of hostile.entries()) {
    const offset = offsets[index] ?? -1;
    const decision = settled?.decisions.find((one) => one.offset === offset);
    const kept = rejected.find(({ origin }) => origin.kind === 'topic' && origin.offset === offset);
    if (refusedAs === undefined) {
      assert.deepEqual([what, decision?.outcome, kept], [what, 'duplicate', undefined]);
      continue;
    }
    assert.deepEqual([what, kept?.rejections], [what, [refusedAs]]);
    assert.deepEqual(kept?.origin, { kind: 'topic', topic: streams.received.topic, partition: 0, offset });
    assert.deepEqual(kept.original, record.value);
    assert.equal(kept.originalSha256, record.value === null ? null : hash('sha256', record.value));
  }

  const records = await log.read('received');
  const outcomes = Object.groupBy(settled?.decisions ?? [], ({ outcome }) => outcome);
  assert.equal(settled?.decisions.length, records.length);
  assert.equal(outcomes.control?.length, 1);
  assert.equal(outcomes.duplicate?.length, 1);
  assert.equal(outcomes.rejected?.length, hostile.length - 1);
  // Each of them somebody else wrote or changed, and the audit trail is told so in the same transaction.
  assert.equal((await log.read('intake')).length, hostile.length - 1);
  assert.equal((outcomes.cleared?.length ?? 0) + (outcomes.held?.length ?? 0), 20 + hostile.length);
  await log.close();
});

test('one hostile record after the other, in runs of one, comes to the same', async () => {
  const log = await createTestLog(bench);
  for (const { record } of await hostileRecords(log)) await log.append(0, [record]);
  await log.feed(0, [sampleTransaction(1)]);
  const worker = await startTestWorker(log, { maxRecordsPerRun: 1 });
  await drained(log, [worker]);
  await worker.stop();
  await assertSettled(log);
  await log.close();
});
