import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { streams, topicSpecifications } from '@weir/contracts';
import { createKafka } from '@weir/kafka';
import type { KafkaClient, OutgoingRecord } from '@weir/kafka';
import { pickFreePort } from '@weir/local';
import { connectOps } from '../../packages/cli/src/ops/connect-ops.ts';
import { definedHeaders } from '../headers.ts';
import type { JournalEntry } from '../history-checks/history.ts';
import { readHistory } from './read/read-history.ts';
import { reaches, watchPositions } from './read/watch-positions.ts';
import { createKeptWorker } from './stack/kept-worker.ts';
import { startLocalBroker } from './stack/local-broker.ts';
import { startLocalRedis } from './stack/local-redis.ts';

import { logPartitions } from './stack/start-fault-stack.ts';
import type { FaultStack } from './stack/start-fault-stack.ts';

const { topic } = streams.received;
const batchRecords = 200;
const readDeadlineMs = 300_000;
const drainDeadlineMs = 600_000;

export type Reference = {
  readonly journal: readonly JournalEntry[];
  /** How far it has read each partition. */
  readonly upTo: ReadonlyMap<number, number>;
};

/**
 * Copies the log byte for byte to a broker of its own, lets one detection
 * process decide it with an empty Redis and nothing in its way, and answers what
 * it decided.
 */
export async function runReference(stack: FaultStack, signal: AbortSignal): Promise<Reference> {
  const folder = join(stack.home, 'reference');
  mkdirSync(folder, { mode: 0o700 });
  const stops: (() => Promise<void>)[] = [];
  try {
    const [broker, redis] = await Promise.all([
      startLocalBroker(folder, stack.proxies),
      startLocalRedis(folder, stack.proxies),
    ]);
    stops.push(broker.stop, redis.stop);
    const observer = connectOps(
      { ...stack.directEnvironment('ops'), KAFKA_BROKERS: broker.direct },
      stack.home,
    );
    stops.push(observer.close);
    await observer.kafka.ensureTopics(topicSpecifications({ logPartitions, replicationFactor: 1 }));
    const upTo = await copyLog(stack.observer.kafka, broker.direct);

    const worker = createKeptWorker({
      name: 'detection-reference',
      main: 'services/detection/src/main.ts',
      port: await pickFreePort(),
      env: {
        ...stack.directEnvironment('detection'),
        KAFKA_BROKERS: broker.direct,
        REDIS_URL: redis.proxied,
      },
      logFile: join(stack.home, 'logs', 'detection-reference.log'),
      onEnd: () => undefined,
    });
    stops.push(worker.stop);
    worker.start();
    const watch = watchPositions(observer.kafka, signal);
    stops.push(watch.stop);
    const drained = await watch.first(0, ({ detection }) => reaches(detection, upTo), drainDeadlineMs);
    if (drained === undefined)
      throw new Error(
        'The undisturbed run did not come to the end of the log: see logs/detection-reference.log',
      );
    const { part } = await readHistory(observer, {}, ['decisions']);
    return { journal: part.journal, upTo };
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

/** Each record keeps its partition and its offset, or the copy is none. */
async function copyLog(from: KafkaClient, brokers: string): Promise<Map<number, number>> {
  const ends = new Map((await from.offsets(topic)).map(({ partition, end }) => [partition, end]));
  const to = createKafka({ brokers: [brokers], clientId: 'faults-copy', logger: () => undefined });
  const producer = await to.createProducer();
  const waiting = new Map<number, OutgoingRecord[]>();
  const copied = new Map<number, number>();
  const flush = async (partition: number): Promise<void> => {
    const records = waiting.get(partition) ?? [];
    if (records.length === 0) return;
    waiting.set(partition, []);
    const next = copied.get(partition) ?? 0;
    const { firstOffset } = await producer.append(topic, partition, records);
    if (firstOffset !== next)
      throw new Error(`The copy of partition ${partition} is at ${firstOffset}, not at ${next}.`);
    copied.set(partition, next + records.length);
  };
  try {
    await from.readRange({
      topic,
      from: 'earliest',
      until: ends,
      readCommitted: true,
      deadlineMs: readDeadlineMs,
      onRecord: async ({ partition, key, value, headers }) => {
        const records = waiting.get(partition) ?? [];
        waiting.set(partition, records);
        records.push({ key, value, headers: definedHeaders(headers) });
        if (records.length >= batchRecords) await flush(partition);
      },
    });
    for (const partition of ends.keys()) await flush(partition);
  } finally {
    await producer.close();
    await to.close();
  }
  return ends;
}
