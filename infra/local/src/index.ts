export { ensurePrivateFolder, repositoryRoot, resolveHome } from './home.ts';
export type { Progress } from './install/install-once.ts';
export { startKafkaBroker } from './kafka/start-kafka-broker.ts';
export { LocalError } from './local-error.ts';
export type { LocalErrorCode } from './local-error.ts';
export { pickFreePort } from './process/free-port.ts';
export type { OwnedProcess, ProcessExit } from './process/owned-process.ts';
export { startRedisServer } from './redis/start-redis-server.ts';
