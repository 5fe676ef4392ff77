import { createKafka, createKafkaInspector, ensureGrants } from '@weir/kafka';
import type { Grant, KafkaClient, KafkaConnection, KafkaInspector } from '@weir/kafka';
import type { kafkaFields, Logger } from '@weir/runtime';
import type { z } from 'zod';

type KafkaConfig = z.output<z.ZodObject<typeof kafkaFields>>;

/** A Kafka client as the configuration describes it. Nothing is connected before its first call. */
export const connectKafka = (config: KafkaConfig, clientId: string, log: Logger): KafkaClient =>
  createKafka(kafkaConnectionOf(config, clientId, log));

/** Looks at the same brokers in the same way, and can't change anything there. */
export const connectKafkaInspector = (config: KafkaConfig, clientId: string, log: Logger): KafkaInspector =>
  createKafkaInspector(kafkaConnectionOf(config, clientId, log));

/** Makes grants at the same brokers. Throws as `ensureGrants` does. */
export const grantAtKafka = (
  config: KafkaConfig,
  clientId: string,
  log: Logger,
  grants: readonly Grant[],
): Promise<void> => ensureGrants(kafkaConnectionOf(config, clientId, log), grants);

function kafkaConnectionOf(config: KafkaConfig, clientId: string, log: Logger): KafkaConnection {
  const { KAFKA_TLS_CA_FILE: ca, KAFKA_TLS_CERT_FILE: cert, KAFKA_TLS_KEY_FILE: key } = config;
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = config;
  return {
    brokers: config.KAFKA_BROKERS,
    clientId,
    // Whatever matters reaches the caller as an error; what is left is the client thinking aloud.
    logger: (_level, _message, fields) => log.debug('the Kafka client reports', fields),
    ...(ca === undefined
      ? {}
      : { tls: { ca, ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) } }),
    ...(mechanism === undefined
      ? {}
      : {
          sasl: {
            mechanism,
            username: KAFKA_SASL_USERNAME ?? '',
            password: KAFKA_SASL_PASSWORD ?? '',
          },
        }),
  };
}
