import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { decodePayload, events, streams, topicSpecifications, WeirError } from '@weir/contracts';
import type { AuditRequest } from '@weir/contracts';
import type { Sealer } from '@weir/envelope';
import { createMemoryKafka } from '@weir/kafka/memory';
import type { KafkaClient, KafkaRecord } from '@weir/kafka';
import { createAuditRecorder } from './audit-recorder.ts';
import type { AuditAct } from './audit-recorder.ts';

const plainSealer: Sealer = {
  seal: async (items) => items.map(({ plaintext }) => Buffer.from(plaintext)),
  rollOver: () => undefined,
  close: () => undefined,
};

const act: Omit<AuditAct, 'result'> = {
  actor: { kind: 'person', name: 'alice' },
  action: 'artefact_published',
  subject: { kind: 'artefact', id: 'plan@2' },
  origin: 'weir-cli',
  details: { version: 2 },
};

async function openRecorder(options: { readonly timeoutMs?: number; readonly sealer?: Sealer } = {}) {
  const kafka = createMemoryKafka().connect();
  await kafka.ensureTopics(topicSpecifications({ logPartitions: 1, replicationFactor: 1 }));
  const recorder = createAuditRecorder({
    kafka,
    sealer: plainSealer,
    environment: 'test',
    source: '/test',
    nowMs: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    newId: randomUUID,
    ...options,
  });
  return { kafka, recorder };
}

async function requestsOn(
  kafka: KafkaClient,
): Promise<readonly { record: KafkaRecord; request: AuditRequest }[]> {
  const found: { record: KafkaRecord; request: AuditRequest }[] = [];
  await kafka.readRange({
    topic: streams.intake.topic,
    from: 'earliest',
    readCommitted: true,
    deadlineMs: 5_000,
    onRecord: (record) => {
      const decoded = decodePayload(events.auditRequest, record.value ?? Buffer.alloc(0));
      assert.ok(decoded.ok);
      found.push({ record, request: decoded.value });
    },
  });
  return found;
}

/** A notary that writes an entry for every request it finds. */
async function writeEntries(
  kafka: KafkaClient,
  idOf: (request: AuditRequest, record: KafkaRecord) => string,
) {
  const producer = await kafka.createProducer();
  while ((await requestsOn(kafka)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const { request, record } of await requestsOn(kafka)) {
    const value = Buffer.from('sealed');
    await producer.append(streams.audit.topic, 0, [
      { key: 'audit', value, headers: { ce_id: idOf(request, record) } },
    ]);
  }
}

test('A recorded act stands on the intake, complete, and its id is not in clear', async () => {
  const { kafka, recorder } = await openRecorder();
  await recorder.record({ ...act, result: 'done' });
  const [only, ...others] = await requestsOn(kafka);
  assert.equal(others.length, 0);
  assert.ok(only !== undefined);
  const { requestId, ...rest } = only.request;
  assert.deepEqual(rest, { ...act, at: '2026-01-02T03:04:05.000Z', result: 'done' });
  assert.doesNotMatch(JSON.stringify(only.record.headers), new RegExp(requestId));
  await recorder.close();
});

test('An act that must not happen unrecorded waits for its entry, and its end names it', async () => {
  const { kafka, recorder } = await openRecorder();
  const [begun] = await Promise.all([
    recorder.recordBefore(act),
    writeEntries(kafka, ({ requestId }) => requestId),
  ]);
  await begun.end('done', { partitions: 4 });
  const requests = (await requestsOn(kafka)).map(({ request }) => request);
  assert.deepEqual(
    requests.map(({ result, details }) => ({ result, details })),
    [
      { result: 'begun', details: { version: 2 } },
      { result: 'done', details: { version: 2, partitions: 4, begun: begun.requestId } },
    ],
  );
  await recorder.close();
});

test('Nobody who can not open the request can pretend that its entry was written', async () => {
  const { kafka, recorder } = await openRecorder({ timeoutMs: 400 });
  const shown = (_: AuditRequest, record: KafkaRecord) => record.headers['ce_id']?.toString() ?? '';
  const outcome = assert.rejects(recorder.recordBefore(act), { code: 'audit_unavailable' });
  await Promise.all([outcome, writeEntries(kafka, shown)]);
  await recorder.close();
});

test('Without a notary an act that must not happen unrecorded is refused within the bound', async () => {
  const { recorder } = await openRecorder({ timeoutMs: 300 });
  await assert.rejects(recorder.recordBefore(act), { code: 'audit_unavailable' });
  await recorder.close();
});

test('A KMS that is away for a moment is waited for, and one that stays away refuses the act', async () => {
  let failures = 1;
  const sealer: Sealer = {
    ...plainSealer,
    seal: async (items) => {
      if (failures-- > 0) throw new WeirError('kms_unavailable', 'away');
      return plainSealer.seal(items);
    },
  };
  const { kafka, recorder } = await openRecorder({ timeoutMs: 1_000, sealer });
  await recorder.record({ ...act, result: 'done' });
  assert.equal((await requestsOn(kafka)).length, 1);
  failures = Number.POSITIVE_INFINITY;
  await assert.rejects(recorder.record({ ...act, result: 'done' }), { code: 'audit_unavailable' });
  await recorder.close();
});

test('A key that may not be used is said as it is, since no waiting helps', async () => {
  const seal = async () => Promise.reject(new WeirError('kms_denied', 'not allowed'));
  const { recorder } = await openRecorder({ sealer: { ...plainSealer, seal } });
  await assert.rejects(recorder.record({ ...act, result: 'done' }), { code: 'kms_denied' });
  await recorder.close();
});
