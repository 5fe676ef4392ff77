import type { Admin, ITopicConfig } from 'kafkajs';
import { WeirError } from '@weir/contracts';
import { classifyKafkaError, toOperationalError } from './classify-error.ts';
import { openKafka } from './connection.ts';
import type { KafkaConnection } from './connection.ts';
import { wait } from './deadline.ts';
import { parseOffset } from './offsets.ts';
import type { PartitionPositions } from './offsets.ts';

export type TopicSpec = {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
};

/** `end` is the last stable offset: everything below it is committed or aborted. */
export type PartitionOffsets = {
  readonly partition: number;
  readonly earliest: number;
  readonly end: number;
};

/** `next` is undefined where the group has committed nothing for the partition. */
export type GroupPosition = {
  readonly partition: number;
  readonly next: number | undefined;
  readonly metadata: string;
};

export type KafkaAdmin = {
  ensureTopics(specs: readonly TopicSpec[]): Promise<ReadonlyMap<string, 'created' | 'unchanged'>>;
  topicPartitions(topic: string): Promise<number>;
  offsets(topic: string): Promise<readonly PartitionOffsets[]>;
  offsetsAtTime(topic: string, timeMs: number): Promise<PartitionPositions>;
  groupPositions(groupId: string, topic: string): Promise<readonly GroupPosition[]>;
  deleteGroup(groupId: string): Promise<void>;
  close(): Promise<void>;
};

export type AdminCall = <T>(doing: string, ask: (admin: Admin) => Promise<T>) => Promise<T>;

const maxAttempts = 5;
const firstWaitMs = 200;

/**
 * Asks over one shared connection, boundedly again while brokers are out of
 * reach; after a failure with a new connection, since kafkajs keeps stale ones.
 */
export const createAdminCall = (connection: KafkaConnection): { call: AdminCall; close(): Promise<void> } => {
  let current: Promise<Admin> | undefined;
  let closed = false;
  const connect = async (): Promise<Admin> => {
    const admin = openKafka(connection).admin();
    await admin.connect();
    return admin;
  };
  const drop = async (): Promise<void> => {
    const dropped = current;
    current = undefined;
    // The connection is being thrown away; how that ends doesn't matter.
    await dropped?.then((admin) => admin.disconnect()).catch(() => undefined);
  };
  const call: AdminCall = async (doing, ask) => {
    for (let attempt = 1; ; attempt += 1) {
      // A question that was under way would else connect again, and keep a process alive that has closed everything.
      if (closed) throw new WeirError('broker_unavailable', `${doing}: the client is closed`);
      try {
        current ??= connect();
        return await ask(await current);
      } catch (error) {
        await drop();
        const fault = classifyKafkaError(error);
        const mayPass = fault === 'unavailable' || fault === 'rebalance';
        if (!mayPass || attempt === maxAttempts) throw toOperationalError(doing, error);
        await wait(firstWaitMs * 2 ** (attempt - 1));
      }
    }
  };
  return {
    call,
    close: () => {
      closed = true;
      return drop();
    },
  };
};

const countPartitions = (call: AdminCall, topic: string): Promise<number> =>
  call(`reading the partitions of ${topic}`, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
  });

const toTopicConfig = (spec: TopicSpec): ITopicConfig => ({
  topic: spec.topic,
  numPartitions: spec.partitions,
  replicationFactor: spec.replicationFactor,
  configEntries: Object.entries(spec.config).map(([name, value]) => ({ name, value })),
});

const ensureTopic = async (call: AdminCall, spec: TopicSpec): Promise<'created' | 'unchanged'> => {
  const doing = `making topic ${spec.topic}`;
  const isThere = await call(doing, async (admin) => (await admin.listTopics()).includes(spec.topic));
  // False when another process has made it in between, which is as good.
  const wasCreated =
    !isThere && (await call(doing, (admin) => admin.createTopics({ topics: [toTopicConfig(spec)] })));
  const partitions = await countPartitions(call, spec.topic);
  if (partitions !== spec.partitions) {
    throw new WeirError(
      'topic_mismatch',
      `topic ${spec.topic} has ${partitions} partitions, ${spec.partitions} are configured; the count is fixed for a log's life`,
    );
  }
  return wasCreated ? 'created' : 'unchanged';
};

const readOffsets = (call: AdminCall, topic: string): Promise<readonly PartitionOffsets[]> =>
  call(`reading the offsets of ${topic}`, async (admin) => {
    const partitions = await admin.fetchTopicOffsets(topic);
    return partitions
      .map(({ partition, low, high }) => ({ partition, earliest: parseOffset(low), end: parseOffset(high) }))
      .sort((a, b) => a.partition - b.partition);
  });

const readOffsetsAtTime = (call: AdminCall, topic: string, timeMs: number): Promise<PartitionPositions> =>
  call(`reading the offsets of ${topic} at a time`, async (admin) => {
    // Negative times are the protocol's words for the log's ends.
    const partitions = await admin.fetchTopicOffsetsByTimestamp(topic, Math.max(0, timeMs));
    return new Map(partitions.map(({ partition, offset }) => [partition, parseOffset(offset)]));
  });

// A group that has committed nothing for a partition answers -1.
const noPosition = '-1';

const readGroupPositions = (
  call: AdminCall,
  groupId: string,
  topic: string,
): Promise<readonly GroupPosition[]> =>
  call(`reading the positions of group ${groupId} in ${topic}`, async (admin) => {
    const found = await admin.fetchOffsets({ groupId, topics: [topic] });
    return (found.find((entry) => entry.topic === topic)?.partitions ?? [])
      .map(({ partition, offset, metadata }) => ({
        partition,
        next: offset === noPosition ? undefined : parseOffset(offset),
        metadata: metadata ?? '',
      }))
      .sort((a, b) => a.partition - b.partition);
  });

/** Topics, offsets and groups. Every call throws WeirError broker_unavailable within a bound. */
export const createAdmin = (connection: KafkaConnection): KafkaAdmin => {
  const { call, close } = createAdminCall(connection);
  return {
    /**
     * Makes the topics that are missing; safe to say again and from several processes.
     * Throws WeirError topic_mismatch where a topic has another partition count.
     */
    ensureTopics: async (specs) => {
      const outcomes = new Map<string, 'created' | 'unchanged'>();
      for (const spec of specs) outcomes.set(spec.topic, await ensureTopic(call, spec));
      return outcomes;
    },
    topicPartitions: (topic) => countPartitions(call, topic),
    offsets: (topic) => readOffsets(call, topic),
    /**
     * The first offset of each partition whose record has that time or a later one; the partition's end where there
     * is none. Times are whole milliseconds since the epoch, the broker's or the writer's as the topic keeps them.
     */
    offsetsAtTime: (topic, timeMs) => readOffsetsAtTime(call, topic, timeMs),
    /** Not fit for recovery: it may be some 70 ms behind a commit that has just resolved. */
    groupPositions: (groupId, topic) => readGroupPositions(call, groupId, topic),
    deleteGroup: (groupId) =>
      call(`deleting group ${groupId}`, async (admin) => {
        await admin.deleteGroups([groupId]);
      }),
    close,
  };
};
