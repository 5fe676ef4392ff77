import type { KafkaClient } from '@weir/kafka';

/**
 * The client with a prefix before every topic, so that a second log has room on
 * one broker. Records keep the topic they were read from: renaming each would
 * cost what is being measured.
 */
export function renamedTopics(kafka: KafkaClient, prefix: string): KafkaClient {
  const named = (topic: string): string => prefix + topic;
  const unnamed = <T extends { readonly topic: string }>(at: T): T => ({
    ...at,
    topic: at.topic.slice(prefix.length),
  });
  return {
    ...kafka,
    ensureTopics: (specs) => kafka.ensureTopics(specs.map((spec) => ({ ...spec, topic: named(spec.topic) }))),
    topicPartitions: (topic) => kafka.topicPartitions(named(topic)),
    offsets: (topic) => kafka.offsets(named(topic)),
    groupPositions: (groupId, topic) => kafka.groupPositions(groupId, named(topic)),
    lastRecord: (topic, partition) => kafka.lastRecord(named(topic), partition),
    readRange: (range) => kafka.readRange({ ...range, topic: named(range.topic) }),
    createProducer: async (options) => {
      const producer = await kafka.createProducer(options);
      return {
        ...producer,
        append: (topic, partition, records) => producer.append(named(topic), partition, records),
      };
    },
    createPartitionTransactions: (options) => {
      const transactions = kafka.createPartitionTransactions(options);
      return {
        ...transactions,
        committed: (topic, partition) => transactions.committed(named(topic), partition),
        publish: ({ outputs, source }) =>
          transactions.publish({
            outputs: outputs.map((output) => ({ ...output, topic: named(output.topic) })),
            source: { ...source, topic: named(source.topic) },
          }),
      };
    },
    runConsumer: async (options) => {
      const running = await kafka.runConsumer({
        ...options,
        topics: options.topics.map(named),
        onBatch: (batch, control) => options.onBatch(unnamed(batch), control),
        onAssigned: (partitions) => options.onAssigned?.(partitions.map(unnamed)),
        onRevoked: (partitions) => options.onRevoked?.(partitions.map(unnamed)),
      });
      const renamed = <T extends { readonly topic: string }>(at: T): T => ({ ...at, topic: named(at.topic) });
      return {
        ...running,
        seek: (at, next) => running.seek(renamed(at), next),
        pause: (at) => running.pause(renamed(at)),
        resume: (at) => running.resume(renamed(at)),
        lag: async () => (await running.lag()).map(unnamed),
      };
    },
  };
}
