import type { Admin, ITopicConfig } from 'kafkajs';
import { WeirError } from '@weir/contracts';
import { createAdminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';
import type { KafkaConnection } from './connection.ts';

export type TopicSpec = {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
};

export type TopicAdmin = {
  ensureTopics(specs: readonly TopicSpec[]): Promise<ReadonlyMap<string, 'created' | 'unchanged'>>;
  createTopic(spec: TopicSpec): Promise<'created' | 'exists'>;
  deleteTopic(topic: string): Promise<void>;
  hasTopic(topic: string): Promise<boolean>;
  topicPartitions(topic: string): Promise<number>;
  topicReplicas(topic: string): Promise<number>;
};

const isListed = async (admin: Admin, topic: string): Promise<boolean> =>
  (await admin.listTopics()).includes(topic);

/** The fewest replicas that one of its partitions has. */
const countReplicas = (call: AdminCall, topic: string): Promise<number> =>
  call(`reading the replicas of ${topic}`, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = topics.find(({ name }) => name === topic)?.partitions ?? [];
    return Math.min(...partitions.map(({ replicas }) => replicas.length));
  });

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
  const isThere = await call(doing, (admin) => isListed(admin, spec.topic));
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

/**
 * Makes a topic that nobody else has. It is asked for once: said again after an answer that got lost, "exists" could
 * mean one's own. So after WeirError broker_unavailable the topic may be there or not.
 */
const createOnce = async (connection: KafkaConnection, spec: TopicSpec): Promise<'created' | 'exists'> => {
  // By a connection of its own: a shared one may know a topic that somebody has removed since, and would fail by it.
  const { call, close } = createAdminCall(connection);
  try {
    const create = (admin: Admin) => admin.createTopics({ topics: [toTopicConfig(spec)] });
    return (await call(`making topic ${spec.topic}`, create, 1)) ? 'created' : 'exists';
  } finally {
    await close();
  }
};

/** Topics as somebody makes and removes them. Every call throws WeirError broker_unavailable within a bound. */
export const createTopicAdmin = (connection: KafkaConnection, call: AdminCall): TopicAdmin => ({
  /**
   * Makes the topics that are missing; safe to say again and from several processes.
   * Throws WeirError topic_mismatch where a topic has another partition count.
   */
  ensureTopics: async (specs) => {
    const outcomes = new Map<string, 'created' | 'unchanged'>();
    for (const spec of specs) outcomes.set(spec.topic, await ensureTopic(call, spec));
    return outcomes;
  },
  createTopic: (spec) => createOnce(connection, spec),
  /**
   * Removes a topic with everything in it, for good; one that isn't there stays so. A producer that has appended to it
   * has to be closed: kafkajs goes on asking for each topic it ever knew, and its next append, anywhere, would fail.
   */
  deleteTopic: (topic) =>
    call(`deleting topic ${topic}`, async (admin) => {
      // kafkajs asks for some 20 s whether one that isn't there may be there after all.
      if (await isListed(admin, topic)) await admin.deleteTopics({ topics: [topic] });
    }),
  /** Whether it is there, for who may describe it; whoever may not is told it isn't. */
  hasTopic: (topic) => call(`looking for topic ${topic}`, (admin) => isListed(admin, topic)),
  topicPartitions: (topic) => countPartitions(call, topic),
  topicReplicas: (topic) => countReplicas(call, topic),
});
