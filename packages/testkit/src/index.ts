export { canaries, findCanaries } from './canaries.ts';
export { startKafka } from './start-kafka.ts';
export type { TestKafka } from './start-kafka.ts';
export { startRedis } from './start-redis.ts';
export type { TestRedis } from './start-redis.ts';
export { startTestStack } from './start-test-stack.ts';
export type { TestStack } from './start-test-stack.ts';
export { makeTempFolder } from './temp-folder.ts';
export { waitFor } from './wait-for.ts';
