export { claimLog } from './claim-log.ts';
export type { LogClaim } from './claim-log.ts';
export { maxAccountsPerCall, maxCommitBytes } from './limits.ts';
export { openRedis } from './open-redis.ts';
export type { OpenRedisOptions, RedisConnection } from './open-redis.ts';
export { createRedisWindowStore } from './redis-window-store.ts';
export type { RedisWindowStoreOptions } from './redis-window-store.ts';
export { watchRedis } from './watch-redis.ts';
export type { RedisChanges } from './watch-redis.ts';
