export {
  createDevelopmentAuthority,
  loopbackHosts,
  openDevelopmentAuthority,
} from './authority/development-authority.ts';
export type {
  CertificateRequest,
  DevelopmentAuthority,
  IssuedCertificate,
} from './authority/development-authority.ts';
export { ensurePrivateFolder, repositoryRoot, resolveHome } from './home.ts';
export type { Progress } from './install/install-once.ts';
export { startKafkaBroker } from './kafka/start-kafka-broker.ts';
export { teachKafkaUsers } from './kafka/teach-kafka-users.ts';
export { LocalError } from './local-error.ts';
export type { LocalErrorCode } from './local-error.ts';
export { pickFreePort } from './process/free-port.ts';
export { describeExit, startProcess } from './process/owned-process.ts';
export type { OwnedProcess, ProcessExit } from './process/owned-process.ts';
export { childEnvironment } from './process/child-environment.ts';
export { tryLock } from './process/os-lock.ts';
export { isRunning } from './process/process-identity.ts';
export { startRedisServer } from './redis/start-redis-server.ts';
export { javaVersion } from './stack/preflight.ts';
export { localTokenFile, localTokens } from './stack/alerts-files.ts';
export type { LocalToken } from './stack/alerts-files.ts';
export { doorFilesOf } from './stack/door-files.ts';
export { composeFile } from './containers/compose-file.ts';
export { prepareContainers } from './containers/prepare-containers.ts';
export { containerFolders, provisionContainers } from './containers/provision-containers.ts';
export { ensureSecurity } from './security/ensure-security.ts';
export { kafkaGrants } from './security/kafka-grants.ts';
export { partyFiles } from './security/secured-parties.ts';
export { nodeMain, teamModelFolder } from './stack/describe-stack.ts';
export { keyAliasPrefix, readAdminCredentials } from './stack/callers.ts';
export { readRoleEnvironment, writeRoleKeys } from './stack/role-files.ts';
export { startStack } from './stack/start-stack.ts';
export type { Provisioning, RunningStack, StackOptions } from './stack/start-stack.ts';
export { readState } from './supervisor/state-file.ts';
export type { StackState } from './supervisor/state-file.ts';
export { writePrivateFile } from './write-private-file.ts';
