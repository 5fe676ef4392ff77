import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams, WeirError } from '@weir/contracts';
import { createOpener, createSealer } from '@weir/envelope';
import type { KafkaRecord, OutgoingRecord } from '@weir/kafka';
import { createMemoryKms, kekArn } from '../../../../packages/envelope/src/key-provider.fixture.ts';
import { openLog, type OpenLogOptions } from './open-log.ts';
import { requireOpenedLog } from './read-opening.ts';

const firstId = '018f3b9e-0000-4000-8000-000000000001';
const secondId = '018f3b9e-0000-4000-8000-000000000002';
const topic = streams.received.topic;

const { keyProvider } = createMemoryKms();
const sealing = { keyProvider, app: 'weir', environment: 'local', nowMs: () => 0 };

/** A log in memory that refuses appends beyond `appendsLeft`. */
function createLog(partitions: number) {
  const logs: OutgoingRecord[][] = Array.from({ length: partitions }, () => []);
  const earliest: number[] = logs.map(() => 0);
  const state = { appendsLeft: Infinity };
  const offsets = async () =>
    logs.map((log, partition) => ({ partition, earliest: earliest[partition] ?? 0, end: log.length }));
  return {
    logs,
    earliest,
    state,
    kafka: {
      ensureTopics: async () => new Map(),
      offsets,
      topicPartitions: async () => logs.length,
      readRange: async (range: {
        from: unknown;
        onRecord: (record: KafkaRecord) => void | Promise<void>;
      }) => {
        const [[partition = 0] = []] = [...(range.from as Map<number, number>)];
        const record = logs[partition]?.[0];
        if (record === undefined) return;
        const headers = Object.fromEntries(
          Object.entries(record.headers).map(([name, value]) => [name, Buffer.from(value)]),
        );
        const { value } = record;
        const at = { topic, partition, offset: 0, timestampMs: 0, repeatedHeaders: [] };
        await range.onRecord({ ...at, key: Buffer.from(record.key ?? ''), value, headers });
      },
    },
    producer: {
      append: async (_topic: string, partition: number, records: readonly OutgoingRecord[]) => {
        if (state.appendsLeft === 0) throw new WeirError('topic_mismatch', 'the process was killed here');
        state.appendsLeft -= 1;
        logs[partition]?.push(...records);
        return { firstOffset: 0 };
      },
    },
  };
}

const opener = createOpener({ ...sealing, allowedKeyIds: () => new Set([kekArn]) });

const optionsFor = (log: ReturnType<typeof createLog>, newLogId: string): OpenLogOptions => ({
  kafka: log.kafka,
  producer: log.producer,
  sealer: createSealer({ ...sealing, keyId: kekArn, stream: 'received' }),
  opener,
  environment: 'local',
  logPartitions: log.logs.length,
  replicationFactor: 1,
  versions: { ruleset: 'starter@1', windowPlan: 'standard@1' },
  newLogId,
  nowMs: () => 0,
  retry: {
    limitMs: 0,
    nowMs: () => 0,
    random: () => 0,
    sleep: async () => undefined,
    onRetry: () => undefined,
  },
  signal: new AbortController().signal,
});

test('every partition begins with one record that names the log, and saying it again adds none', async () => {
  const log = createLog(4);
  const first = await openLog(optionsFor(log, firstId));
  const again = await openLog(optionsFor(log, secondId));
  assert.equal(first.written, 4);
  assert.equal(again.written, 0);
  assert.equal(again.opening?.logId, firstId);
  assert.deepEqual(
    log.logs.map(({ length }) => length),
    [1, 1, 1, 1],
  );
});

test('a run that was interrupted after any number of partitions is completed under the same name', async () => {
  for (let appends = 0; appends < 4; appends += 1) {
    const log = createLog(4);
    log.state.appendsLeft = appends;
    await assert.rejects(openLog(optionsFor(log, firstId)));
    await assert.rejects(requireOpenedLog(log.kafka, opener, 'local'), { code: 'log_unnamed' });
    log.state.appendsLeft = Infinity;
    const { opening } = await openLog(optionsFor(log, secondId));
    assert.equal(opening?.logId, appends === 0 ? secondId : firstId);
    assert.deepEqual(
      log.logs.map(({ length }) => length),
      [1, 1, 1, 1],
    );
    const ids = new Set(log.logs.map(([record]) => record?.headers['ce_id']));
    assert.deepEqual([...ids], [`control-${opening.logId}-opened`]);
    assert.deepEqual(await requireOpenedLog(log.kafka, opener, 'local'), {
      partitionCount: 4,
      logId: opening.logId,
      ruleset: 'starter@1',
    });
  }
});

test('a log opened with another partition count is not fed and not opened again', async () => {
  const log = createLog(4);
  await openLog(optionsFor(log, firstId));
  log.logs.push([...(log.logs[0] ?? [])]);
  log.earliest.push(0);
  await assert.rejects(openLog(optionsFor(log, secondId)), { code: 'log_partition_count_changed' });
  await assert.rejects(requireOpenedLog(log.kafka, opener, 'local'), { code: 'log_partition_count_changed' });
});

test('a first record that names no log halts everything', async () => {
  const log = createLog(2);
  log.logs[0]?.push({ key: 'x', value: Buffer.from('plain'), headers: {} });
  await assert.rejects(openLog(optionsFor(log, firstId)), { code: 'log_unnamed' });
});

test('a log whose first records retention has deleted is open, and has no name to tell', async () => {
  const log = createLog(2);
  await openLog(optionsFor(log, firstId));
  log.earliest.fill(1);
  assert.deepEqual(await requireOpenedLog(log.kafka, opener, 'local'), {
    ...{ partitionCount: 2, logId: null, ruleset: undefined },
  });
});
