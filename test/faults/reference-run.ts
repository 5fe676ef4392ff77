import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { streams, topicSpecifications } from '@weir/contracts';
import { createKafka } from '@weir/kafka';
import type { KafkaClient } from '@weir/kafka';
import { pickFreePort } from '@weir/local';
import { connectOps } from '../../packages/cli/src/ops/connect-ops.ts';
import type { JournalEntry } from '../history-checks/history.ts';
import { copyTopic } from './read/copy-topic.ts';
import { readHistory } from './read/read-history.ts';
import { reaches, watchPositions } from './read/watch-positions.ts';
import { createKeptWorker } from './stack/kept-worker.ts';
import { startLocalBroker } from './stack/local-broker.ts';
import { startLocalRedis } from './stack/local-redis.ts';

import { logPartitions } from './stack/start-fault-stack.ts';
import type { FaultStack } from './stack/start-fault-stack.ts';

const drainDeadlineMs = 600_000;

export type Reference = {
  readonly journal: readonly JournalEntry[];
  /** How far it has read each partition. */
  readonly upTo: ReadonlyMap<number, number>;
};

/**
 * Copies the log, and what it names, byte for byte to a broker of its own, lets one detection
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
    const upTo = await copyTopics(stack.observer.kafka, broker.direct);

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

/** The log, and what it names: the rulesets and the lists. Answers how far the log was read. */
async function copyTopics(from: KafkaClient, brokers: string): Promise<Map<number, number>> {
  const to = createKafka({ brokers: [brokers], clientId: 'faults-copy', logger: () => undefined });
  const producer = await to.createProducer();
  try {
    for (const { topic } of [streams.artefacts, streams.lists]) await copyTopic(topic, from, producer);
    return await copyTopic(streams.received.topic, from, producer);
  } finally {
    await producer.close();
    await to.close();
  }
}
