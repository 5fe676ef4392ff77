import { setTimeout as sleep } from 'node:timers/promises';
import { connectKafka } from '@weir/connections';
import type { BatchControl, BatchOutcome, KafkaRecord, OutgoingRecord, RecordBatch } from '@weir/kafka';
import type { PartitionTransactions } from '@weir/kafka';
import {
  checkKafkaFields,
  count,
  createLogger,
  durationMs,
  kafkaFields,
  loadConfig,
  runWorker,
  workerFields,
} from '@weir/runtime';
import { definedHeaders } from '../headers.ts';
import { z } from 'zod';
import { createPace } from '../../services/detection/src/pace.ts';

/**
 * The ceiling that detection is measured against: reads records, writes as many
 * of the size of a verdict to another topic, and moves its position, in one
 * transaction per batch. It opens nothing, decides nothing and stores nothing;
 * client, consumer and transactions are those of detection.
 */
const passthroughConfig = z
  .object({
    ...workerFields,
    ...kafkaFields,
    INPUT_TOPIC: z.string(),
    OUTPUT_TOPIC: z.string(),
    GROUP_ID: z.string(),
    BATCH_MAX_RECORDS: count(500, { min: 1 }),
    BATCH_LINGER_MS: durationMs(30),
    MAX_BYTES_PER_PARTITION: z.coerce.number().int().positive().optional(),
    OUTPUT_BYTES: count(1_000, { min: 1 }),
  })
  .check(checkKafkaFields);

await runWorker({
  name: 'passthrough',
  start: async () => {
    const config = loadConfig(passthroughConfig, process.env, { secrets: [] });
    const log = createLogger({ service: 'passthrough', level: config.LOG_LEVEL });
    const kafka = connectKafka(config, 'weir-local-passthrough', log);
    const { INPUT_TOPIC: topic, OUTPUT_TOPIC, GROUP_ID: groupId } = config;
    const partitionCount = await kafka.topicPartitions(topic);
    const open = new Map<number, Promise<PartitionTransactions>>();
    const value = Buffer.alloc(config.OUTPUT_BYTES, 'v');
    const pace = createPace({
      lingerMs: config.BATCH_LINGER_MS,
      nowMs: () => performance.now(),
      sleep: (delayMs) => sleep(delayMs),
    });

    const fenced = async (partition: number): Promise<PartitionTransactions> => {
      const transactions = kafka.createPartitionTransactions({
        transactionalId: `bench-passthrough-${partition}`,
        groupId,
      });
      await transactions.fence();
      return transactions;
    };
    const onBatch = async (batch: RecordBatch, control: BatchControl): Promise<BatchOutcome> => {
      const { partition, records } = batch;
      await pace(partition);
      const opening = open.get(partition) ?? fenced(partition);
      open.set(partition, opening);
      const transactions = await opening;
      for (let at = 0; at < records.length; at += config.BATCH_MAX_RECORDS) {
        const run = records.slice(at, at + config.BATCH_MAX_RECORDS);
        const next = (run.at(-1)?.offset ?? 0) + 1;
        await transactions.publish({
          outputs: [
            { topic: OUTPUT_TOPIC, partition, records: run.map((record) => passedOn(record, value)) },
          ],
          source: { topic, partition, next, metadata: '' },
        });
        await control.heartbeat();
      }
      return { kind: 'next', next: batch.endOffset };
    };
    const ended = Promise.withResolvers<void>();
    const consumer = await kafka.runConsumer({
      groupId,
      topics: [topic],
      readCommitted: true,
      partitionsConsumedConcurrently: partitionCount,
      sessionTimeoutMs: 10_000,
      ...(config.MAX_BYTES_PER_PARTITION === undefined
        ? {}
        : { maxBytesPerPartition: config.MAX_BYTES_PER_PARTITION }),
      onBatch,
      onCrash: ended.reject,
    });
    return {
      done: ended.promise,
      stop: async () => {
        await consumer.stop();
        for (const transactions of open.values()) await (await transactions).discard();
        await kafka.close();
        ended.resolve();
      },
    };
  },
});

/** The record with its key and headers, which a verdict has too, and a value of a verdict's size. */
function passedOn({ key, headers }: KafkaRecord, value: Buffer): OutgoingRecord {
  return { key, value, headers: definedHeaders(headers) };
}
