import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyClasses } from '@weir/contracts';
import type { KeyClass } from '@weir/contracts';
import { createKeyAdmin, ensureKeys, ensureSigningKey, keysBehind } from '@weir/kms';
import { ensurePrivateFolder } from '../home.ts';
import type { Progress } from '../install/install-once.ts';
import { installKafka } from '../kafka/install-kafka.ts';
import { prepareKafka } from '../kafka/prepare-kafka.ts';
import { teachKafkaUsers } from '../kafka/teach-kafka-users.ts';
import { LocalError } from '../local-error.ts';
import type { CommandLine } from '../process/command-line.ts';
import { installRedis } from '../redis/install-redis.ts';
import { redisCommand } from '../redis/redis-command.ts';
import { redisSecuritySettings } from '../redis/redis-security.ts';
import { ensureSecurity } from '../security/ensure-security.ts';
import { isSecured } from '../security/is-secured.ts';
import { partyFiles } from '../security/secured-parties.ts';
import type { StackSecurity } from '../security/secured-parties.ts';
import { createSupervisor, stoppedWhileStarting } from '../supervisor/create-supervisor.ts';
import type { Supervisor } from '../supervisor/create-supervisor.ts';
import { ensureCallers, keyAlias, keyAliasPrefix, signingAliases } from './callers.ts';
import type { Credentials } from './callers.ts';
import { checkKeys } from './check-keys.ts';
import { choosePorts } from './choose-ports.ts';
import type { Ports } from './choose-ports.ts';
import {
  checkpointFolder,
  describeInfrastructure,
  describeWorkers,
  kafkaAccess,
  stackAddresses,
} from './describe-stack.ts';
import type { KeyArns, StackSettings } from './describe-stack.ts';
import { alertStoreFolder, ensureAlertsFiles, ensureLocalTokens } from './alerts-files.ts';
import { ensureDoorFiles } from './door-files.ts';
import { ensureSecretFile } from './ensure-secret-file.ts';
import { alertsAccessOf, kafkaAccessOf, redisAccessOf, webhookAccessOf } from './kafka-access.ts';
import { partNames } from './parts.ts';
import type { PartName } from './parts.ts';
import { checkHome, preflight } from './preflight.ts';
import { ensureReplayFiles, replayFolder } from './replay-files.ts';
import { writeRoles } from './role-files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A stack that runs. */
export type RunningStack = Pick<Supervisor, 'failed' | 'state' | 'stop'> & {
  /** KAFKA_BROKERS, REDIS_URL, INBOX_URL and so on, without any secret. */
  readonly addresses: Readonly<Record<string, string>>;
};

/** What the topics are made with. */
export type Provisioning = {
  /** KAFKA_TLS_* and KAFKA_SASL_* of whoever may make topics and grants; none where everybody may. */
  readonly kafkaAdmin: Readonly<Record<string, string>>;
  /** Whether nobody may do anything at Kafka before he is granted it. */
  readonly needsGrants: boolean;
};

export type StackOptions = {
  readonly home: string;
  /** Where the installed parts are kept, `home` when not set; tests share one. */
  readonly libraryHome?: string;
  /** WEIR_PORT_*, WEIR_SECURE, KAFKA_*, REDIS_*, LOG_LEVEL and what alerting is told are read from it, and nothing else. */
  readonly env: Environment;
  readonly onProgress: Progress;
  /** Called when Kafka, Redis and the KMS serve and before any worker starts: makes topics, names the log. */
  readonly provision?: (provisioning: Provisioning) => Promise<void>;
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
  if (options.signal?.aborted) stopEarly();
  try {
    const ports = await choosePorts(env);
    await assertCanStart(options, ports);
    const { settings, credentials } = await prepare(options, ports);
    const addresses = stackAddresses(settings);
    await supervisor.start(describeInfrastructure(settings), addresses);
    await teachKafka(settings);
    const arns = await makeKeys(settings, credentials.admin);
    writeRoles({ home, settings, arns, credentials });
    await options.provision?.({
      kafkaAdmin: kafkaAccess(settings, 'admin'),
      needsGrants: settings.security !== undefined && settings.ownKafkaBrokers === undefined,
    });
    if (options.workers !== false) {
      await supervisor.start(describeWorkers(settings, arns, credentials), addresses);
    }
    return { failed: supervisor.failed, state: supervisor.state, stop: supervisor.stop, addresses };
  } catch (error) {
    await supervisor.stop();
    // Whatever else was found then comes of the parts that were stopped.
    throw options.signal?.aborted ? stoppedWhileStarting() : error;
  } finally {
    options.signal?.removeEventListener('abort', stopEarly);
  }
}

async function assertCanStart(options: StackOptions, ports: Ports): Promise<void> {
  const problems = await preflight({
    libraryHome: options.libraryHome ?? options.home,
    ports,
    used: usedParts(options.env, isSecured(options)),
  });
  const [first] = problems;
  if (first === undefined) return;
  throw new LocalError(first.code, problems.map((problem) => problem.message).join('\n'));
}

/** Every part but those the user brings. */
function usedParts(env: Environment, secured: boolean): readonly PartName[] {
  const brought = new Set<PartName>(secured ? [] : ['kafkaInner']);
  if (own(env, 'KAFKA_BROKERS') !== undefined) brought.add('kafka').add('kafkaController').add('kafkaInner');
  if (own(env, 'REDIS_URL') !== undefined) brought.add('redis');
  if (own(env, 'SMTP_URL') !== undefined) brought.add('smtp').add('inbox');
  return partNames.filter((name) => !brought.has(name));
}

async function prepare(options: StackOptions, ports: Ports) {
  const { home, env, onProgress } = options;
  const libraryHome = options.libraryHome ?? home;
  const ownKafkaBrokers = own(env, 'KAFKA_BROKERS');
  const ownRedisUrl = own(env, 'REDIS_URL');
  const security = isSecured(options)
    ? await ensureSecurity({ home, folder: join(home, 'tls', 'parties') })
    : undefined;
  const place = { home, libraryHome, ports, onProgress, security };
  const [kafka, redis] = await Promise.all([
    ownKafkaBrokers === undefined ? kafkaCommand(place) : undefined,
    ownRedisUrl === undefined ? localRedisCommand(place) : undefined,
  ]);
  await ensureDoorFiles(home);
  await ensureAlertsFiles(home);
  await ensureReplayFiles(home);
  ensureLocalTokens(home, Date.now());
  ensurePrivateFolder(alertStoreFolder(home));
  ensurePrivateFolder(checkpointFolder(home));
  ensurePrivateFolder(replayFolder(home));
  const callers = ensureCallers(home);
  const settings: StackSettings = {
    home,
    ports,
    ownKafkaBrokers,
    kafkaAccess: ownKafkaBrokers === undefined ? {} : kafkaAccessOf(env),
    ownRedisUrl,
    redisAccess: ownRedisUrl === undefined ? {} : redisAccessOf(env),
    security,
    ownSmtpUrl: own(env, 'SMTP_URL'),
    mailFrom: own(env, 'MAIL_FROM') ?? 'weir@localhost',
    mailTo: own(env, 'MAIL_TO') ?? (own(env, 'ROUTES_FILE') === undefined ? 'analyst@localhost' : undefined),
    webhookAccess: webhookAccessOf(env),
    alertsAccess: alertsAccessOf(env),
    kafka,
    redis,
    callersFile: callers.file,
    indexKeyFile: ensureSecretFile(home, 'index.key'),
    routingKeyFile: ensureSecretFile(home, 'routing.key'),
    logLevel: own(env, 'LOG_LEVEL') ?? 'info',
  };
  return { settings, credentials: callers.credentials };
}

/** A home that an earlier version made has no user for each role there is by now. */
async function teachKafka({ security, ownKafkaBrokers, ports }: StackSettings): Promise<void> {
  if (security === undefined || ownKafkaBrokers !== undefined) return;
  const place = { folder: security.folderOf('kafka'), innerPort: ports.kafkaInner };
  await teachKafkaUsers(place, security.passwords);
}

type Place = {
  readonly home: string;
  readonly libraryHome: string;
  readonly ports: Ports;
  readonly onProgress: Progress;
  readonly security: StackSecurity | undefined;
};

async function kafkaCommand(place: Place): Promise<CommandLine> {
  const { home, libraryHome, ports, onProgress, security } = place;
  const libraryDir = await installKafka(libraryHome, onProgress);
  return prepareKafka({
    place: {
      dataDir: join(home, 'kafka'),
      port: ports.kafka,
      controllerPort: ports.kafkaController,
      ...(security && {
        security: { folder: security.folderOf('kafka'), innerPort: ports.kafkaInner },
      }),
    },
    passwords: security?.passwords ?? {},
    libraryDir,
    logFile: join(ensurePrivateFolder(home, 'logs'), 'kafka-server.log'),
  });
}

async function localRedisCommand(place: Place): Promise<CommandLine> {
  const { home, libraryHome, ports, onProgress, security } = place;
  const binary = await installRedis(libraryHome, onProgress);
  return redisCommand({
    binary,
    dataDir: ensurePrivateFolder(home, 'redis'),
    port: ports.redis,
    settings: security === undefined ? {} : redisSecuritySettings(security.folderOf('redis'), ports.redis),
  });
}

/** Makes the keys that are missing, and answers all of them. Idempotent. */
export async function makeKeys(settings: StackSettings, credentials: Credentials): Promise<KeyArns> {
  const aliases = keyClasses.map(keyAlias);
  const { security } = settings;
  const caPem = security && readFileSync(partyFiles(security.folderOf('admin')).ca, 'utf8');
  const endpoint = stackAddresses(settings)['KMS_ENDPOINT'] ?? '';
  const access = { endpoint, region: 'eu-central-1', credentials, caPem };
  await ensureKeys({ ...access, aliases });
  const auditSigning = await ensureSigningKey({ ...access, alias: signingAliases.audit });
  const replaySigning = await ensureSigningKey({ ...access, alias: signingAliases.replay });
  const admin = createKeyAdmin(access);
  try {
    const keys = await admin.keysUnder(keyAliasPrefix('local'));
    const arnsOf = (keyClass: KeyClass) => keysBehind(keyAlias(keyClass), keys).map(({ arn }) => arn);
    const arns = Object.fromEntries(keyClasses.map((keyClass) => [keyClass, arnsOf(keyClass)]));
    return { ...arns, auditSigning, replaySigning } as KeyArns;
  } finally {
    admin.close();
  }
}

function own(env: Environment, variable: string): string | undefined {
  const value = env[variable];
  return value === '' ? undefined : value;
}
