import type { Producer as KafkajsProducer, RecordMetadata } from 'kafkajs';
import { WeirError } from '@weir/contracts';
import { checkAppend } from './check-append.ts';
import { classifyKafkaError, toOperationalError } from './classify-error.ts';
import { openKafka } from './connection.ts';
import type { KafkaConnection } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { Partitioners } from './kafkajs.ts';
import { parseOffset } from './offsets.ts';
import { toMessage } from './record.ts';
import type { OutgoingRecord } from './record.ts';

export type ProducerOptions = {
  /** How long one append may take, all repeats included, and how long connecting for it; default 30,000 ms. */
  readonly appendTimeoutMs?: number;
  /** Appends waiting for one partition; one more is refused. Default 1,000. */
  readonly maxWaiting?: number;
};

export type Producer = {
  append(
    topic: string,
    partition: number,
    records: readonly OutgoingRecord[],
  ): Promise<{ firstOffset: number }>;
  close(): Promise<void>;
};

const outcomeUnknown = (topic: string, partition: number, why: string, cause?: unknown): WeirError =>
  new WeirError('publish_outcome_unknown', `append to ${topic}-${partition}: ${why}`, { cause });

/**
 * The offset of the first record of one send() to one partition.
 *
 * kafkajs can resolve a send of which nothing was sent when a leader moves, so
 * the answer must name exactly this partition, with an offset.
 * Throws WeirError publish_outcome_unknown.
 */
export const firstOffsetOf = (
  topic: string,
  partition: number,
  answer: readonly RecordMetadata[],
): number => {
  const [only] = answer;
  if (answer.length !== 1 || only?.topicName !== topic || only.partition !== partition) {
    throw outcomeUnknown(topic, partition, 'the answer does not cover the partition exactly');
  }
  if (only.errorCode !== 0 || only.baseOffset === undefined || !/^\d+$/.test(only.baseOffset)) {
    throw outcomeUnknown(topic, partition, 'the answer holds no offset');
  }
  return parseOffset(only.baseOffset);
};

/** One kafkajs producer and the number of its sends under way. */
type Generation = {
  readonly producer: KafkajsProducer;
  readonly ready: Promise<void>;
  sending: number;
  isSpent: boolean;
};

/**
 * A source of producers, each used until its first failure.
 *
 * After a failed send kafkajs takes the sequence numbers back although the broker
 * may have the batch; the next batch of the same size would then be dropped as its
 * duplicate and still be acknowledged. A new producer id can't be mistaken.
 */
const createGenerations = (connection: KafkaConnection, connectTimeoutMs: number) => {
  let current: Generation | undefined;
  const open = (): Generation => {
    const producer = openKafka(connection).producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    const ready = producer.connect();
    ready.catch(() => undefined);
    return { producer, ready, sending: 0, isSpent: false };
  };
  const disconnectIfUnused = async (generation: Generation): Promise<void> => {
    if (generation.isSpent && generation.sending === 0) {
      // Its outcomes are settled already; a failing goodbye changes nothing.
      await generation.producer.disconnect().catch(() => undefined);
    }
  };
  const spend = (generation: Generation): void => {
    generation.isSpent = true;
    if (current === generation) current = undefined;
  };
  // kafkajs goes on connecting for some 20 s, and nothing has been sent before it is done.
  const late = () => new WeirError('broker_unavailable', `no connection within ${connectTimeoutMs} ms`);
  const whenReady = async (generation: Generation): Promise<void> => {
    try {
      await withDeadline(generation.ready, connectTimeoutMs, late);
    } catch (error) {
      throw toOperationalError('connecting a producer', error);
    }
  };
  return {
    use: async <T>(send: (producer: KafkajsProducer) => Promise<T>): Promise<T> => {
      const generation = (current ??= open());
      generation.sending += 1;
      try {
        await whenReady(generation);
        return await send(generation.producer);
      } catch (error) {
        spend(generation);
        throw error;
      } finally {
        generation.sending -= 1;
        void disconnectIfUnused(generation);
      }
    },
    connect: (): Promise<void> => whenReady((current ??= open())),
    close: async (): Promise<void> => {
      const last = current;
      if (last === undefined) return;
      spend(last);
      await disconnectIfUnused(last);
    },
  };
};

// A refused log-in or a missing right is an answer: nothing was appended. Every
// other failure leaves it open.
const toAppendError = (topic: string, partition: number, error: unknown): Error => {
  if (error instanceof WeirError) return error;
  if (classifyKafkaError(error) === 'denied')
    return toOperationalError(`append to ${topic}-${partition}`, error);
  return outcomeUnknown(topic, partition, 'the send failed, the records may or may not be in the log', error);
};

/**
 * An idempotent producer, acks all. `append` writes the records as one batch, so
 * record i has offset `firstOffset + i`; appends to one partition are made one
 * after the other in the order of the calls.
 *
 * Throws WeirError publish_outcome_unknown: the records may be in the log, the
 * caller appends them again or counts them as unknown. Throws RangeError for an
 * empty append or more than `maxBatchBytes`.
 */
export const createProducer = async (
  connection: KafkaConnection,
  options: ProducerOptions = {},
): Promise<Producer> => {
  const { appendTimeoutMs = 30_000, maxWaiting = 1_000 } = options;
  const generations = createGenerations(connection, appendTimeoutMs);
  const queues = new Map<string, { tail: Promise<unknown>; waiting: number }>();

  const appendNow = async (topic: string, partition: number, records: readonly OutgoingRecord[]) => {
    try {
      return await generations.use(async (producer) => {
        const sent = producer.send({
          topic,
          acks: -1,
          messages: records.map((record) => toMessage(partition, record)),
        });
        const late = () => outcomeUnknown(topic, partition, `no answer within ${appendTimeoutMs} ms`);
        return {
          firstOffset: firstOffsetOf(topic, partition, await withDeadline(sent, appendTimeoutMs, late)),
        };
      });
    } catch (error) {
      throw toAppendError(topic, partition, error);
    }
  };

  // kafkajs hands sequence numbers out anew while a failed send waits for its
  // repeat, so a second send to the same partition must not overtake it.
  const append: Producer['append'] = async (topic, partition, records) => {
    checkAppend(records);
    const name = `${topic}-${partition}`;
    const queue = queues.get(name) ?? { tail: Promise.resolve(), waiting: 0 };
    queues.set(name, queue);
    if (queue.waiting >= maxWaiting) {
      throw new WeirError(
        'broker_unavailable',
        `append to ${name}: ${maxWaiting} appends are waiting already`,
      );
    }
    queue.waiting += 1;
    const turn = queue.tail
      .then(() => appendNow(topic, partition, records))
      .finally(() => (queue.waiting -= 1));
    queue.tail = turn.catch(() => undefined);
    return turn;
  };

  try {
    await generations.connect();
  } catch (error) {
    await generations.close();
    throw error;
  }
  return { append, close: generations.close };
};
