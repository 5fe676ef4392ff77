import type { KafkaClient, Producer, ProducerOptions } from '@weir/kafka';

/**
 * A producer that connects at its first append, so that a fault of the input is
 * told before anything waits for brokers. A connection that fails is tried anew
 * by the next append.
 */
export function createLazyProducer(
  kafka: Pick<KafkaClient, 'createProducer'>,
  options: ProducerOptions = {},
): Producer {
  let connection: Promise<Producer> | undefined;

  async function connect(): Promise<Producer> {
    const connecting = (connection ??= kafka.createProducer(options));
    try {
      return await connecting;
    } catch (error) {
      if (connection === connecting) connection = undefined;
      throw error;
    }
  }

  return {
    append: async (topic, partition, records) => (await connect()).append(topic, partition, records),
    close: async () => {
      // One that never connected has nothing to close.
      const connected = await connection?.catch(() => undefined);
      await connected?.close();
    },
  };
}
