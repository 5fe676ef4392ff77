import type { Admin, ConfigEntries } from 'kafkajs';
import { createAdminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';
import type { KafkaConnection } from './connection.ts';
import { describeListener } from './describe-listener.ts';
import type { ListenerDescription } from './describe-listener.ts';
import { ConfigResourceTypes } from './kafkajs.ts';

/** A topic as the brokers have it. `config` holds every setting by Kafka's name for it, defaults included. */
export type TopicDescription = {
  readonly topic: string;
  readonly partitions: number;
  /** The fewest replicas that one of its partitions has. */
  readonly replicas: number;
  /** How many of its partitions have fewer replicas in sync than replicas. */
  readonly outOfSync: number;
  readonly config: Readonly<Record<string, string>>;
};

/** A broker and its own settings, by Kafka's names for them. Sensitive ones are left out. */
export type BrokerDescription = {
  readonly nodeId: number;
  readonly config: Readonly<Record<string, string>>;
};

/** Looks at a cluster and changes nothing. Every call but `listener` throws WeirError broker_unavailable within a bound. */
export type KafkaInspector = {
  /** Those of the topics that are there; who may not describe one is told it isn't. */
  topics(names: readonly string[]): Promise<readonly TopicDescription[]>;
  brokers(): Promise<readonly BrokerDescription[]>;
  /** The first broker that the connection names: what it speaks and how it proves itself. Throws what the network says. */
  listener(): Promise<ListenerDescription>;
  close(): Promise<void>;
};

const settingsOf = (entries: readonly ConfigEntries[]): Record<string, string> =>
  Object.fromEntries(
    entries.filter(({ isSensitive }) => !isSensitive).map((entry) => [entry.configName, entry.configValue]),
  );

const settings = async (
  admin: Admin,
  type: (typeof ConfigResourceTypes)['TOPIC' | 'BROKER'],
  names: readonly string[],
): Promise<ReadonlyMap<string, Record<string, string>>> => {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type, name })),
  });
  return new Map(resources.map((found) => [found.resourceName, settingsOf(found.configEntries)]));
};

const describeTopics = (call: AdminCall, names: readonly string[]): Promise<readonly TopicDescription[]> =>
  call('describing topics', async (admin) => {
    // Asking for one that isn't there could make it, where brokers make topics by themselves.
    const all = new Set(await admin.listTopics());
    const present = names.filter((name) => all.has(name));
    if (present.length === 0) return [];
    const { topics } = await admin.fetchTopicMetadata({ topics: [...present] });
    const configs = await settings(admin, ConfigResourceTypes.TOPIC, present);
    return topics.map(({ name, partitions }) => ({
      topic: name,
      partitions: partitions.length,
      replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      outOfSync: partitions.filter(({ replicas, isr }) => isr.length < replicas.length).length,
      config: configs.get(name) ?? {},
    }));
  });

const describeBrokers = (call: AdminCall): Promise<readonly BrokerDescription[]> =>
  call('describing brokers', async (admin) => {
    const { brokers } = await admin.describeCluster();
    const described: BrokerDescription[] = [];
    // A broker answers for itself alone, so each is asked by itself.
    for (const { nodeId } of brokers) {
      const name = String(nodeId);
      const configs = await settings(admin, ConfigResourceTypes.BROKER, [name]);
      described.push({ nodeId, config: configs.get(name) ?? {} });
    }
    return described;
  });

/** Nothing is connected before the first call. */
export const createKafkaInspector = (connection: KafkaConnection): KafkaInspector => {
  const { call, close } = createAdminCall(connection);
  return {
    topics: (names) => describeTopics(call, names),
    brokers: () => describeBrokers(call),
    listener: () => describeListener(connection),
    close,
  };
};
