import { join } from 'node:path';
import { streamNames, streams } from '@weir/contracts';
import type { KeyClass, Role } from '@weir/contracts';
import { repositoryRoot } from '../home.ts';
import type { CommandLine } from '../process/command-line.ts';
import type { ProcessPlan } from '../supervisor/process-plan.ts';
import type { CallerName, Credentials } from './callers.ts';
import type { Ports } from './choose-ports.ts';
import { doorFilesOf } from './door-files.ts';

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
  readonly mailTo: string;
  readonly kafka: CommandLine | undefined;
  readonly redis: CommandLine | undefined;
  readonly callersFile: string;
  readonly indexKeyFile: string;
  readonly routingKeyFile: string;
  readonly logLevel: string;
};

/** The ARNs of the keys of each class, the one that seals first, and of the one that signs the audit trail. */
export type KeyArns = Readonly<Record<KeyClass, readonly string[]>> & { readonly auditSigning: string };

/** What the workers connect to. The user's own URLs may hold a password, so this goes to the workers alone. */
function connections({ ports, ownKafkaBrokers, ownRedisUrl, ownSmtpUrl }: StackSettings) {
  return {
    KAFKA_BROKERS: ownKafkaBrokers ?? `127.0.0.1:${ports.kafka}`,
    REDIS_URL: ownRedisUrl ?? `redis://127.0.0.1:${ports.redis}`,
    KMS_ENDPOINT: `http://127.0.0.1:${ports.kms}`,
    SMTP_URL: ownSmtpUrl ?? `smtp://127.0.0.1:${ports.smtp}`,
  };
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
    INGEST_URL: `http://127.0.0.1:${ports.ingest}`,
    DOOR_URL: `https://127.0.0.1:${ports.door}`,
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
  const { home, ports, kafka, redis } = settings;
  const plans: ProcessPlan[] = [];
  if (kafka !== undefined) plans.push(nativePlan('kafka', kafka, ports.kafka));
  if (redis !== undefined) plans.push(nativePlan('redis', redis, ports.redis));
  plans.push(
    nodePlan({
      name: 'kms',
      main: 'infra/local-kms/src/main.ts',
      env: {
        LOCAL_KMS_PORT: String(ports.kms),
        LOCAL_KMS_KEY_FILE: join(home, 'keys', 'kms-keys.json'),
        LOCAL_KMS_CALLERS_FILE: settings.callersFile,
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
  const door = { MODE: 'serve', DOOR_PORT: String(ports.door), ...doorFilesOf(home) };
  return (['detection', 'alerting', 'ingest'] as const).map((name) =>
    nodePlan({
      name,
      main: `services/${name}/src/main.ts`,
      env: {
        ...roleEnvironment({ role: name, settings, arns, credentials: credentials[name] }),
        ...(name === 'ingest' ? door : {}),
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
    ...settings.kafkaAccess,
    KMS_ENDPOINT,
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
      return { ...shared, REDIS_URL };
    case 'alerting':
      return { ...shared, SMTP_URL, MAIL_FROM: settings.mailFrom, MAIL_TO: settings.mailTo };
    case 'notary':
    case 'ops':
      return { ...shared, AUDIT_SIGNING_KEY: arns.auditSigning };
    case 'downstream':
      return shared;
  }
}

/** Where a role finds its keys; read again on SIGHUP. */
export const roleKeysFile = (home: string, role: Role): string => join(home, 'keys', `${role}.kms-keys.json`);

/** The keys of the streams a role writes or reads; it is told of no other. */
export function streamKeys(
  role: Role,
  arns: Readonly<Record<KeyClass, readonly string[]>>,
): Readonly<Record<string, readonly string[]>> {
  const used = streamNames.filter(
    (name) => streams[name].writers.includes(role) || streams[name].readers.includes(role),
  );
  return Object.fromEntries(used.map((name) => [name, arns[streams[name].keyClass]]));
}

function nativePlan(name: 'kafka' | 'redis', commandLine: CommandLine, port: number): ProcessPlan {
  return {
    name,
    ...commandLine,
    env: {},
    ready: { kind: name, port },
    readyDeadlineMs,
    dependsOn: [],
    ipc: false,
  };
}

/**
 * The arguments that run one of our programs on a laptop. Node would let each young generation grow to
 * 48 MB; with 4 MB halves the workers take a third less memory and lose no throughput that we measured.
 */
export const nodeMain = (main: string): string[] => ['--max-semi-space-size=4', join(repositoryRoot, main)];

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
