// One broker and one Redis for a whole test run, in a process of their own.
// Says where they are over its channel, and ends when that closes.
import { startKafka } from './start-kafka.ts';
import { startRedis } from './start-redis.ts';

const parts = await Promise.all([startKafka({ own: true }), startRedis({ own: true })]);
const [kafka, redis] = parts;

async function stop(): Promise<void> {
  await Promise.all(parts.map((part) => part.stop()));
  process.exit(0);
}

process.once('disconnect', () => void stop());
process.once('SIGTERM', () => void stop());
// Ctrl-C reaches the whole terminal; the run decides when nobody needs these any more.
process.on('SIGINT', () => undefined);
process.send?.({ WEIR_TEST_KAFKA: kafka.brokers, WEIR_TEST_REDIS_URL: redis.url });
