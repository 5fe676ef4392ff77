import { join } from 'node:path';
import { keyClasses } from '@weir/contracts';
import type { KeyClass } from '@weir/contracts';
import { createKeyAdmin, ensureKeys, ensureSigningKey, keysBehind } from '@weir/kms';
import { ensurePrivateFolder } from '../home.ts';
import type { Progress } from '../install/install-once.ts';
import { installKafka } from '../kafka/install-kafka.ts';
import { prepareKafka } from '../kafka/prepare-kafka.ts';
import { LocalError } from '../local-error.ts';
import type { CommandLine } from '../process/command-line.ts';
import { installRedis } from '../redis/install-redis.ts';
import { redisCommand } from '../redis/redis-command.ts';
import { createSupervisor } from '../supervisor/create-supervisor.ts';
import type { Supervisor } from '../supervisor/create-supervisor.ts';
import { ensureCallers, keyAlias, keyAliasPrefix, signingAlias } from './callers.ts';
import type { Credentials } from './callers.ts';
import { checkKeys } from './check-keys.ts';
import { choosePorts } from './choose-ports.ts';
import type { Ports } from './choose-ports.ts';
import { describeInfrastructure, describeWorkers, stackAddresses } from './describe-stack.ts';
import type { KeyArns, StackSettings } from './describe-stack.ts';
import { ensureDoorFiles } from './door-files.ts';
import { ensureSecretFile } from './ensure-secret-file.ts';
import { kafkaAccessOf } from './kafka-access.ts';
import { partNames } from './parts.ts';
import type { PartName } from './parts.ts';
import { checkHome, preflight } from './preflight.ts';
import { writeRoles } from './role-files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A stack that runs. */
export type RunningStack = Pick<Supervisor, 'failed' | 'state' | 'stop'> & {
  /** KAFKA_BROKERS, REDIS_URL, INBOX_URL and so on, without any secret. */
  readonly addresses: Readonly<Record<string, string>>;
};

export type StackOptions = {
  readonly home: string;
  /** Where the installed parts are kept, `home` when not set; tests share one. */
  readonly libraryHome?: string;
  /** WEIR_PORT_*, KAFKA_*, REDIS_URL, SMTP_URL and LOG_LEVEL are read from it, and nothing else. */
  readonly env: Environment;
  readonly onProgress: Progress;
  /** Called when Kafka, Redis and the KMS serve and before any worker starts: makes topics, names the log. */
  readonly provision?: () => Promise<void>;
  /** Aborting it while the stack starts stops what has been started; later, use `stop`. */
  readonly signal?: AbortSignal;
  /** False starts only what Weir builds on. */
  readonly workers?: boolean;
};

/**
 * Checks the machine, installs what is missing, and starts the whole stack;
 * resolves when everything is ready.
 *
 * Throws LocalError with a sentence for each thing to mend, or `stopped` when
 * `signal` was aborted; nothing runs then.
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const { home, env, onProgress } = options;
  checkHome(home);
  checkKeys(home);
  const supervisor = await createSupervisor({ home, onProgress });
  const stopEarly = (): void => void supervisor.stop();
  options.signal?.addEventListener('abort', stopEarly);
  try {
    const ports = await choosePorts(env);
    await assertCanStart(options, ports);
    const { settings, credentials } = await prepare(options, ports);
    const addresses = stackAddresses(settings);
    await supervisor.start(describeInfrastructure(settings), addresses);
    const arns = await makeKeys(addresses['KMS_ENDPOINT'] ?? '', credentials.admin);
    writeRoles({ home, settings, arns, credentials });
    await options.provision?.();
    if (options.workers !== false) {
      await supervisor.start(describeWorkers(settings, arns, credentials), addresses);
    }
    return { failed: supervisor.failed, state: supervisor.state, stop: supervisor.stop, addresses };
  } catch (error) {
    await supervisor.stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', stopEarly);
  }
}

async function assertCanStart(options: StackOptions, ports: Ports): Promise<void> {
  const problems = await preflight({
    libraryHome: options.libraryHome ?? options.home,
    ports,
    used: usedParts(options.env),
  });
  const [first] = problems;
  if (first === undefined) return;
  throw new LocalError(first.code, problems.map((problem) => problem.message).join('\n'));
}

/** Every part but those the user brings. */
function usedParts(env: Environment): readonly PartName[] {
  const brought = new Set<PartName>();
  if (own(env, 'KAFKA_BROKERS') !== undefined) brought.add('kafka').add('kafkaController');
  if (own(env, 'REDIS_URL') !== undefined) brought.add('redis');
  if (own(env, 'SMTP_URL') !== undefined) brought.add('smtp').add('inbox');
  return partNames.filter((name) => !brought.has(name));
}

async function prepare(options: StackOptions, ports: Ports) {
  const { home, env, onProgress } = options;
  const libraryHome = options.libraryHome ?? home;
  const ownKafkaBrokers = own(env, 'KAFKA_BROKERS');
  const ownRedisUrl = own(env, 'REDIS_URL');
  const [kafka, redis] = await Promise.all([
    ownKafkaBrokers === undefined ? kafkaCommand(home, libraryHome, ports, onProgress) : undefined,
    ownRedisUrl === undefined ? localRedisCommand(home, libraryHome, ports, onProgress) : undefined,
  ]);
  await ensureDoorFiles(home);
  const callers = ensureCallers(home);
  const settings: StackSettings = {
    home,
    ports,
    ownKafkaBrokers,
    kafkaAccess: ownKafkaBrokers === undefined ? {} : kafkaAccessOf(env),
    ownRedisUrl,
    ownSmtpUrl: own(env, 'SMTP_URL'),
    mailFrom: own(env, 'MAIL_FROM') ?? 'weir@localhost',
    mailTo: own(env, 'MAIL_TO') ?? 'analyst@localhost',
    kafka,
    redis,
    callersFile: callers.file,
    indexKeyFile: ensureSecretFile(home, 'index.key'),
    routingKeyFile: ensureSecretFile(home, 'routing.key'),
    logLevel: own(env, 'LOG_LEVEL') ?? 'info',
  };
  return { settings, credentials: callers.credentials };
}

async function kafkaCommand(
  home: string,
  libraryHome: string,
  ports: Ports,
  onProgress: Progress,
): Promise<CommandLine> {
  const libraryDir = await installKafka(libraryHome, onProgress);
  return prepareKafka({
    place: { dataDir: join(home, 'kafka'), port: ports.kafka, controllerPort: ports.kafkaController },
    libraryDir,
    logFile: join(ensurePrivateFolder(home, 'logs'), 'kafka-server.log'),
  });
}

async function localRedisCommand(
  home: string,
  libraryHome: string,
  ports: Ports,
  onProgress: Progress,
): Promise<CommandLine> {
  const binary = await installRedis(libraryHome, onProgress);
  return redisCommand({ binary, dataDir: ensurePrivateFolder(home, 'redis'), port: ports.redis });
}

async function makeKeys(endpoint: string, credentials: Credentials): Promise<KeyArns> {
  const aliases = keyClasses.map(keyAlias);
  const access = { endpoint, region: 'eu-central-1', credentials };
  await ensureKeys({ ...access, aliases });
  const auditSigning = await ensureSigningKey({ ...access, alias: signingAlias });
  const admin = createKeyAdmin(access);
  try {
    const keys = await admin.keysUnder(keyAliasPrefix('local'));
    const arnsOf = (keyClass: KeyClass) => keysBehind(keyAlias(keyClass), keys).map(({ arn }) => arn);
    const arns = Object.fromEntries(keyClasses.map((keyClass) => [keyClass, arnsOf(keyClass)]));
    return { ...arns, auditSigning } as KeyArns;
  } finally {
    admin.close();
  }
}

function own(env: Environment, variable: string): string | undefined {
  const value = env[variable];
  return value === '' ? undefined : value;
}
