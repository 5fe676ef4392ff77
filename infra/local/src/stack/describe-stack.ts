import { join } from 'node:path';
import { sealedStreamNames, sealedStreams } from '@weir/contracts';
import type { KeyClass, Role } from '@weir/contracts';
import { repositoryRoot } from '../home.ts';
import { kafkaReadiness } from '../kafka/kafka-readiness.ts';
import type { CommandLine } from '../process/command-line.ts';
import type { Readiness } from '../process/readiness.ts';
import { redisReadiness } from '../redis/redis-readiness.ts';
import { partyFiles } from '../security/secured-parties.ts';
import type { ClientName, StackSecurity } from '../security/secured-parties.ts';
import type { ProcessPlan } from '../supervisor/process-plan.ts';
import type { CallerName, Credentials } from './callers.ts';
import type { Ports } from './choose-ports.ts';
import type { PartName } from './parts.ts';
import { alertsFilesOf, alertStoreFolder } from './alerts-files.ts';
import { doorFilesOf } from './door-files.ts';
import { replayFilesOf, replayFolder } from './replay-files.ts';

const region = 'eu-central-1';
const readyDeadlineMs = 60_000;
/** Shorter than the ten seconds in which the whole stack stops. */
const shutdownTimeoutMs = 3_500;

/** Everything the description of a stack depends on. */
export type StackSettings = {
  readonly home: string;
  readonly ports: Ports;
  /** Set where the user brings their own; the part is not started then. */
  readonly ownKafkaBrokers: string | undefined;
  /** KAFKA_TLS_* and KAFKA_SASL_* of the user's own Kafka; none for the local one. */
  readonly kafkaAccess: Readonly<Record<string, string>>;
  readonly ownRedisUrl: string | undefined;
  readonly ownSmtpUrl: string | undefined;
  readonly mailFrom: string;
  /** Undefined where the user's own routing document says who is told. */
  readonly mailTo: string | undefined;
  /** ROUTES_FILE, DATABASE_URL and what else the user set about alerts. */
  readonly alertsAccess: Readonly<Record<string, string>>;
  /** WEBHOOK_* as the user set them; none without a receiver of theirs. */
  readonly webhookAccess: Readonly<Record<string, string>>;
  /** REDIS_TLS_* of the user's own Redis; none for the local one. */
  readonly redisAccess: Readonly<Record<string, string>>;
  /** Set where the parts speak TLS 1.3 to one another, and prove who they are. */
  readonly security: StackSecurity | undefined;
  /** By what name a part is reached; this machine's address when it has none. */
  readonly hosts?: Readonly<Partial<Record<PartName, string>>>;
  readonly kafka: CommandLine | undefined;
  readonly redis: CommandLine | undefined;
  readonly callersFile: string;
  readonly indexKeyFile: string;
  readonly routingKeyFile: string;
  readonly logLevel: string;
};

/** The ARNs of the keys of each class, the one that seals first, and of those that sign the audit trail and manifests of replays. */
export type KeyArns = Readonly<Record<KeyClass, readonly string[]>> & {
  readonly auditSigning: string;
  readonly replaySigning: string;
};

/** What the workers connect to. The user's own URLs may hold a password, so this goes to the workers alone. */
function connections({ ports, hosts, security, ownKafkaBrokers, ownRedisUrl, ownSmtpUrl }: StackSettings) {
  const at = (name: PartName): string => `${hosts?.[name] ?? '127.0.0.1'}:${ports[name]}`;
  const redis = security === undefined ? 'redis://' : `rediss://detection:${security.passwords.detection}@`;
  return {
    KAFKA_BROKERS: ownKafkaBrokers ?? at('kafka'),
    REDIS_URL: ownRedisUrl ?? `${redis}${at('redis')}`,
    KMS_ENDPOINT: `${security === undefined ? 'http' : 'https'}://${at('kms')}`,
    SMTP_URL: ownSmtpUrl ?? `smtp://${at('smtp')}`,
  };
}

/** How somebody proves at Kafka who he is: as the user set it for his own, else by what was made for him. */
export function kafkaAccess(
  { security, ownKafkaBrokers, kafkaAccess: own }: StackSettings,
  who: ClientName,
): Readonly<Record<string, string>> {
  if (security === undefined || ownKafkaBrokers !== undefined) return own;
  const { ca, cert, key } = partyFiles(security.folderOf(who));
  return {
    KAFKA_TLS_CA_FILE: ca,
    KAFKA_TLS_CERT_FILE: cert,
    KAFKA_TLS_KEY_FILE: key,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: who,
    KAFKA_SASL_PASSWORD: security.passwords[who],
  };
}

function redisAccess({
  security,
  ownRedisUrl,
  redisAccess: own,
}: StackSettings): Readonly<Record<string, string>> {
  if (security === undefined || ownRedisUrl !== undefined) return own;
  const { ca, cert, key } = partyFiles(security.folderOf('detection'));
  return { REDIS_TLS_CA_FILE: ca, REDIS_TLS_CERT_FILE: cert, REDIS_TLS_KEY_FILE: key };
}

/** Where the parts are reached, in the words of the workers' own variables and without any secret: this is stored and shown. */
export function stackAddresses(settings: StackSettings): Readonly<Record<string, string>> {
  const { ports, ownSmtpUrl } = settings;
  const { KAFKA_BROKERS, REDIS_URL, KMS_ENDPOINT, SMTP_URL } = connections(settings);
  return {
    KAFKA_BROKERS,
    REDIS_URL: shownUrl(REDIS_URL),
    KMS_ENDPOINT,
    SMTP_URL: shownUrl(SMTP_URL),
    // Who brings a relay reads the mails elsewhere: no inbox runs.
    ...(ownSmtpUrl === undefined ? { INBOX_URL: `http://127.0.0.1:${ports.inbox}` } : {}),
    DETECTION_URL: `http://127.0.0.1:${ports.detection}`,
    ALERTING_URL: `http://127.0.0.1:${ports.alerting}`,
    NOTARY_URL: `http://127.0.0.1:${ports.notary}`,
    LEARNER_URL: `http://127.0.0.1:${ports.learner}`,
    REPLAY_URL: `http://127.0.0.1:${ports.replay}`,
    INGEST_URL: `http://127.0.0.1:${ports.ingest}`,
    DOOR_URL: `https://127.0.0.1:${ports.door}`,
    ALERTS_URL: `https://127.0.0.1:${ports.alerts}`,
    REPLAYS_URL: `https://127.0.0.1:${ports.replayApi}`,
  };
}

/** A URL without its user name, password, query and fragment, each of which may hold a secret. */
function shownUrl(url: string): string {
  const parsed = URL.parse(url);
  const place = parsed === null ? '@' : `${parsed.host}${parsed.pathname}`;
  // A list of URLs parses as one, with the password of the second in its path.
  return parsed === null || /[@,]/.test(place) ? '[URL not shown]' : `${parsed.protocol}//${place}`;
}

/** The parts that Weir builds on, in the order they appear in `weir status`. */
export function describeInfrastructure(settings: StackSettings): readonly ProcessPlan[] {
  const { home, ports, kafka, redis, security } = settings;
  const plans: ProcessPlan[] = [];
  if (kafka !== undefined) {
    const secured = security && { folder: security.folderOf('kafka'), innerPort: ports.kafkaInner };
    plans.push(nativePlan('kafka', kafka, kafkaReadiness(ports.kafka, secured)));
  }
  if (redis !== undefined) {
    plans.push(nativePlan('redis', redis, redisReadiness(ports.redis, security?.folderOf('redis'))));
  }
  plans.push(
    nodePlan({
      name: 'kms',
      main: 'infra/local-kms/src/main.ts',
      env: {
        LOCAL_KMS_PORT: String(ports.kms),
        LOCAL_KMS_KEY_FILE: join(home, 'keys', 'kms-keys.json'),
        LOCAL_KMS_CALLERS_FILE: settings.callersFile,
        ...kmsCertificate(settings),
      },
      ready: { kind: 'listening', port: ports.kms },
    }),
  );
  if (settings.ownSmtpUrl === undefined) {
    plans.push(
      nodePlan({
        name: 'inbox',
        main: 'infra/local/src/inbox/main.ts',
        env: {
          INBOX_DIR: join(home, 'inbox'),
          SMTP_PORT: String(ports.smtp),
          HTTP_PORT: String(ports.inbox),
          LOG_LEVEL: settings.logLevel,
          SHUTDOWN_TIMEOUT_MS: String(shutdownTimeoutMs),
        },
        ready: { kind: 'http', url: `http://127.0.0.1:${ports.inbox}/healthz` },
      }),
    );
  }
  return plans;
}

/** Weir's own workers. Add one here, its port in `parts`, and it runs. */
export function describeWorkers(
  settings: StackSettings,
  arns: KeyArns,
  credentials: Readonly<Record<CallerName, Credentials>>,
): readonly ProcessPlan[] {
  const { home, ports } = settings;
  const own: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    ingest: { MODE: 'serve', DOOR_PORT: String(ports.door), ...doorFilesOf(home) },
    detection: { TEAM_MODEL_DIR: teamModelFolder(home) },
    alerting: { API_PORT: String(ports.alerts), ...alertsFilesOf(home) },
    replay: {
      API_PORT: String(ports.replayApi),
      ...replayFilesOf(home),
      TEAM_MODEL_DIR: teamModelFolder(home),
    },
  };
  return (['notary', 'detection', 'alerting', 'learner', 'replay', 'ingest'] as const).map((name) =>
    nodePlan({
      name,
      main: `services/${name}/src/main.ts`,
      env: {
        ...roleEnvironment({ role: name, settings, arns, credentials: credentials[name] }),
        ...own[name],
        HTTP_PORT: String(ports[name]),
        SHUTDOWN_TIMEOUT_MS: String(shutdownTimeoutMs),
      },
      ready: { kind: 'http', url: `http://127.0.0.1:${ports[name]}/readyz` },
    }),
  );
}

/** What a process acting in a role is configured with, apart from its own HTTP port. */
export function roleEnvironment(options: {
  readonly role: Role;
  readonly settings: StackSettings;
  readonly arns: KeyArns;
  readonly credentials: Credentials;
}): Readonly<Record<string, string>> {
  const { role, settings, arns, credentials } = options;
  const { KAFKA_BROKERS, REDIS_URL, KMS_ENDPOINT, SMTP_URL } = connections(settings);
  const shared = {
    WEIR_ENVIRONMENT: 'local',
    LOG_LEVEL: settings.logLevel,
    KAFKA_BROKERS,
    ...kafkaAccess(settings, role),
    KMS_ENDPOINT,
    ...(settings.security && { KMS_TLS_CA_FILE: partyFiles(settings.security.folderOf(role)).ca }),
    KMS_KEYS_FILE: roleKeysFile(settings.home, role),
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  switch (role) {
    case 'ingest':
      return {
        ...shared,
        INDEX_KEY_FILE: settings.indexKeyFile,
        ROUTING_KEY_FILE: settings.routingKeyFile,
        LOG_PARTITIONS: '4',
        REPLICATION_FACTOR: '1',
      };
    case 'detection':
      return { ...shared, REDIS_URL, ...redisAccess(settings) };
    case 'alerting':
      return {
        ...shared,
        SMTP_URL,
        MAIL_FROM: settings.mailFrom,
        ...(settings.mailTo === undefined ? {} : { MAIL_TO: settings.mailTo }),
        ...settings.webhookAccess,
        ...('DATABASE_URL' in settings.alertsAccess ? {} : { STORE_DIR: alertStoreFolder(settings.home) }),
        ...settings.alertsAccess,
      };
    case 'notary':
      return {
        ...shared,
        AUDIT_SIGNING_KEY: arns.auditSigning,
        AUDIT_CHECKPOINT_DIR: checkpointFolder(settings.home),
        // A trail is exported minutes after the first start here, and one that nobody signed yet proves nothing.
        CHECKPOINT_INTERVAL_MS: '10000',
      };
    case 'ops':
      return {
        ...shared,
        AUDIT_SIGNING_KEY: arns.auditSigning,
        REPLAY_SIGNING_KEY: arns.replaySigning,
      };
    case 'replay':
      // No index key: what it is asked for by account comes to it as a pseudonym.
      return {
        ...shared,
        REPLAY_SIGNING_KEY: arns.replaySigning,
        REPLAY_DIR: replayFolder(settings.home),
      };
    case 'learner':
      // Weeks of transactions come within minutes here, and each snapshot would be in force for a second.
      return { ...shared, LEARNING_CADENCE_MS: String(24 * 3_600_000) };
    case 'downstream':
      return shared;
  }
}

/** Where the checkpoints of the audit trail are kept besides the topic. */
export const checkpointFolder = (home: string): string => join(home, 'audit');

/** The files of a team's own models, on a laptop: each named after its SHA-256. */
export const teamModelFolder = (home: string): string => join(home, 'team-models');

/** Where a role finds its keys; read again on SIGHUP. */
export const roleKeysFile = (home: string, role: Role): string => join(home, 'keys', `${role}.kms-keys.json`);

/** The keys of the streams a role writes or reads; it is told of no other. */
export function streamKeys(
  role: Role,
  arns: Readonly<Record<KeyClass, readonly string[]>>,
): Readonly<Record<string, readonly string[]>> {
  const used = sealedStreamNames.filter(
    (name) => sealedStreams[name].writers.includes(role) || sealedStreams[name].readers.includes(role),
  );
  return Object.fromEntries(used.map((name) => [name, arns[sealedStreams[name].keyClass]]));
}

/** What the development KMS shows itself with, where it is secured. */
function kmsCertificate({ security }: StackSettings): Readonly<Record<string, string>> {
  if (security === undefined) return {};
  const { cert, key } = partyFiles(security.folderOf('kms'));
  return { LOCAL_KMS_TLS_CERT_FILE: cert, LOCAL_KMS_TLS_KEY_FILE: key };
}

function nativePlan(name: 'kafka' | 'redis', commandLine: CommandLine, ready: Readiness): ProcessPlan {
  return {
    name,
    ...commandLine,
    env: {},
    ready,
    readyDeadlineMs,
    dependsOn: [],
    ipc: false,
  };
}

/**
 * The arguments that run one of our programs on a laptop. Node would let each young generation grow to
 * 48 MB; with 4 MB halves the workers take a third less memory and lose no throughput that we measured. A replay
 * holds thousands of records at a time: these outlive such a half, and moving them took a quarter of its time.
 */
export const nodeMain = (main: string): string[] => [
  `--max-semi-space-size=${main === replayMain ? 16 : 4}`,
  join(repositoryRoot, main),
];

const replayMain = 'services/replay/src/main.ts';

function nodePlan(
  plan: Pick<ProcessPlan, 'name' | 'env' | 'ready'> & { readonly main: string },
): ProcessPlan {
  return {
    name: plan.name,
    command: process.execPath,
    args: nodeMain(plan.main),
    env: plan.env,
    ready: plan.ready,
    readyDeadlineMs,
    dependsOn: [],
    ipc: true,
  };
}
