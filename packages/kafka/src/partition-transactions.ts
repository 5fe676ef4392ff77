import type { Producer as KafkajsProducer, Transaction } from 'kafkajs';
import { WeirError } from '@weir/contracts';
import type { KafkaAdmin } from './admin.ts';
import { classifyKafkaError, toOperationalError } from './classify-error.ts';
import { openKafka } from './connection.ts';
import type { KafkaConnection, RequestRetry } from './connection.ts';
import { nameOf } from './consumer-types.ts';
import type { TopicPartition } from './consumer-types.ts';
import { wait, withDeadline } from './deadline.ts';
import { Partitioners } from './kafkajs.ts';
import { formatOffset } from './offsets.ts';
import { firstOffsetOf } from './producer.ts';
import { splitByBytes, toMessage } from './record.ts';
import type { OutgoingRecord } from './record.ts';

export type PartitionTransactionsOptions = {
  /** One per input partition and the same in every process: that is what fences a zombie. */
  readonly transactionalId: string;
  readonly groupId: string;
  /**
   * When the broker aborts a transaction nobody ends; until then it holds back
   * every read_committed reader of its partitions. Default 60,000 ms, which is
   * kafkajs's; the broker allows 15 minutes.
   */
  readonly transactionTimeoutMs?: number;
  /** How long fence() or publish() may take before it counts as failed; default 30,000 ms. */
  readonly stepTimeoutMs?: number;
};

export type PartitionOutput = TopicPartition & { readonly records: readonly OutgoingRecord[] };

export type SourcePosition = TopicPartition & {
  /** The next offset to read. */
  readonly next: number;
  readonly metadata: string;
};

export type PartitionTransactions = {
  fence(): Promise<void>;
  committed(topic: string, partition: number): Promise<{ next: number; metadata: string } | undefined>;
  publish(step: {
    readonly outputs: readonly PartitionOutput[];
    readonly source: SourcePosition;
  }): Promise<void>;
  discard(): Promise<void>;
};

type State = 'new' | 'fencing' | 'fenced' | 'published' | 'publishing' | 'unusable';

// The coordinator answers CONCURRENT_TRANSACTIONS until the markers of the last
// transaction are written, a few ms: kafkajs's 300 ms would be most of a step.
export const eagerRetry: RequestRetry = { retries: 12, initialWaitMs: 20, maxWaitMs: 1_000 };

const maxPositionAttempts = 12;
const firstPositionWaitMs = 10;
const maxPositionWaitMs = 1_000;
const maxDiscardMs = 2_000;

// The last transaction is still ending, or the group's coordinator is just moving.
// kafkajs means to repeat the latter but looks for names it doesn't use itself.
const passingTypes = [
  'CONCURRENT_TRANSACTIONS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
];

const mayPass = (error: unknown): boolean =>
  error instanceof Error && passingTypes.includes(String((error as { type?: unknown }).type));

/** Adds the input position to the transaction; kafkajs itself asks only once. */
const sendPosition = async (
  transaction: Transaction,
  groupId: string,
  source: SourcePosition,
): Promise<void> => {
  // The type leaves out `metadata`, the request carries it.
  const partition = {
    partition: source.partition,
    offset: formatOffset(source.next),
    metadata: source.metadata,
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await transaction.sendOffsets({
        consumerGroupId: groupId,
        topics: [{ topic: source.topic, partitions: [partition] }],
      });
      return;
    } catch (error) {
      if (!mayPass(error) || attempt === maxPositionAttempts) throw error;
      await wait(Math.min(firstPositionWaitMs * 2 ** (attempt - 1), maxPositionWaitMs));
    }
  }
};

const sendOutputs = async (transaction: Transaction, outputs: readonly PartitionOutput[]): Promise<void> => {
  for (const { topic, partition, records } of outputs) {
    for (const run of splitByBytes(records)) {
      const messages = run.map((record) => toMessage(partition, record));
      firstOffsetOf(topic, partition, await transaction.send({ topic, acks: -1, messages }));
    }
  }
};

// Never visible: it is only there because a partition takes part by being written to.
const placeholder: OutgoingRecord = { key: 'settle', value: Buffer.alloc(0), headers: {} };

/**
 * Aborts what an earlier transaction of this id may have left undecided in these
 * partitions and in the group.
 *
 * A broker that restarts after kill -9 (seen with one node, Kafka 4.3.0) can log a
 * transaction as complete without having written its markers, because for a moment
 * no partition has a leader and it takes them for deleted. Fencing then succeeds,
 * the committed position is the old one, and the next commit would publish the
 * forgotten records together with their repetition. An abort marker of the new
 * epoch on the same partitions drops the forgotten records and position instead.
 */
const settle = async (
  transaction: Transaction,
  groupId: string,
  outputs: readonly PartitionOutput[],
  source: SourcePosition,
): Promise<void> => {
  await sendOutputs(
    transaction,
    outputs.map(({ topic, partition }) => ({ topic, partition, records: [placeholder] })),
  );
  await sendPosition(transaction, groupId, source);
  await transaction.abort();
};

const toPublishError = (transactionalId: string, error: unknown): Error => {
  const fault = classifyKafkaError(error);
  // A right that is missing stays missing, a record too large stays too large: trying again for ever would only
  // hide it. Nothing was committed, since the transaction never came that far.
  if (fault === 'denied' || fault === 'unacceptable')
    return toOperationalError(`transaction of ${transactionalId}`, error);
  const isFenced = fault === 'fenced';
  return new WeirError(
    isFenced ? 'partition_fenced' : 'publish_outcome_unknown',
    isFenced
      ? `transaction of ${transactionalId}: a newer producer has taken over`
      : `transaction of ${transactionalId}: failed, whether it was committed is known after the next fence`,
    { cause: error },
  );
};

const openProducer = (connection: KafkaConnection, options: PartitionTransactionsOptions): KafkajsProducer =>
  openKafka(connection, eagerRetry).producer({
    transactionalId: options.transactionalId,
    transactionTimeout: options.transactionTimeoutMs ?? 60_000,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });

/**
 * The transactions of one input partition. The life of the object: `fence` once,
 * `committed` before the first `publish`, then `publish` one at a time. After any
 * error it is unusable: `discard` it, make another with the same id, fence, and
 * read what is committed. Calls out of this order are bugs and throw Error.
 */
export const createPartitionTransactions = (
  connection: KafkaConnection,
  admin: Pick<KafkaAdmin, 'groupPositions'>,
  options: PartitionTransactionsOptions,
): PartitionTransactions => {
  const { transactionalId, groupId, stepTimeoutMs = 30_000 } = options;
  const producer = openProducer(connection, options);
  // Partitions in which nothing of an earlier transaction can come back to life.
  const settled = new Set<string>();
  let state: State = 'new';

  const expect = (doing: string, allowed: readonly State[]): void => {
    if (!allowed.includes(state))
      throw new Error(`${doing} of ${transactionalId}: not allowed when ${state}`);
  };

  // A discard in the meantime has the last word.
  const advance = (from: State, to: State): void => {
    if (state === from) state = to;
  };

  const initialise = async (): Promise<void> => {
    await producer.connect();
    // kafkajs asks for the producer id, which fences, when the first transaction
    // begins; ending that empty one sends nothing.
    await (await producer.transaction()).abort();
  };

  const runTransaction = async (
    outputs: readonly PartitionOutput[],
    source: SourcePosition,
  ): Promise<void> => {
    const written = outputs.filter(({ records }) => records.length > 0);
    const untouched = written.filter((output) => !settled.has(nameOf(output)));
    if (untouched.length > 0 || !settled.has(nameOf(source))) {
      await settle(await producer.transaction(), groupId, untouched, source);
      [...untouched, source].forEach((at) => settled.add(nameOf(at)));
    }
    const transaction = await producer.transaction();
    await sendOutputs(transaction, outputs);
    await sendPosition(transaction, groupId, source);
    await transaction.commit();
  };

  const tooLate = (doing: string) => () =>
    new WeirError(
      'broker_unavailable',
      `${doing} of ${transactionalId}: no answer within ${stepTimeoutMs} ms`,
    );

  return {
    /** Shuts out every older producer of the id and ends its open transaction. Throws WeirError. */
    fence: async () => {
      expect('fence', ['new']);
      state = 'fencing';
      try {
        await withDeadline(initialise(), stepTimeoutMs, tooLate('fence'));
      } catch (error) {
        state = 'unusable';
        throw toOperationalError(`fencing ${transactionalId}`, error);
      }
      advance('fencing', 'fenced');
    },
    /**
     * What the group has committed, undefined for nothing. Exact only between fence
     * and the first publish, because the broker answers with the old position for
     * some 70 ms after a commit, so it is refused at any other time.
     */
    committed: async (topic, partition) => {
      expect('committed', ['fenced']);
      const positions = await admin.groupPositions(groupId, topic);
      const found = positions.find((position) => position.partition === partition);
      return found?.next === undefined ? undefined : { next: found.next, metadata: found.metadata };
    },
    /**
     * Appends the outputs and moves the group's position, all or nothing.
     * Throws WeirError partition_fenced (nothing became visible) or
     * publish_outcome_unknown. It aborts nothing: a failed abort wedges kafkajs,
     * and the next fence aborts what is open anyway.
     */
    publish: async ({ outputs, source }) => {
      expect('publish', ['fenced', 'published']);
      state = 'publishing';
      try {
        await withDeadline(runTransaction(outputs, source), stepTimeoutMs, tooLate('publish'));
      } catch (error) {
        state = 'unusable';
        throw toPublishError(transactionalId, error);
      }
      advance('publishing', 'published');
    },
    /** Lets go of the connections, within 2 s. Never throws; safe to say again. */
    discard: async () => {
      state = 'unusable';
      const late = () => new Error('the goodbye took too long');
      // A request without an answer keeps kafkajs waiting; the socket closes behind us.
      await withDeadline(producer.disconnect(), maxDiscardMs, late).catch(() => undefined);
    },
  };
};
