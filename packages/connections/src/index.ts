export { connectKafka, connectKafkaInspector, grantAtKafka } from './connect-kafka.ts';
export { connectKms, kmsAccessOf } from './connect-kms.ts';
export type { KmsConnection } from './connect-kms.ts';
