import { join } from 'node:path';
import { partyFiles } from '../security/secured-parties.ts';

/** TLS 1.3 and passwords on the clients' listener; TLS within an authority of the broker's own on the others. */
export type KafkaSecurity = {
  /** Where the broker finds its certificate, its key and the authority's certificate. */
  readonly folder: string;
  /** A listener on 127.0.0.1 that the broker reaches itself by. */
  readonly innerPort: number;
};

/** Where one broker listens and keeps its records. */
export type KafkaPlace = {
  readonly dataDir: string;
  readonly port: number;
  /** Where clients find it; 127.0.0.1 when not set. Another one needs `security`. */
  readonly host?: string;
  readonly security?: KafkaSecurity;
  readonly controllerPort: number;
  /**
   * A second way in, told to its clients as another port: where something stands in front of the broker
   * that may cut or slow them. The broker speaks to itself, and whoever uses `port` to it, as before.
   */
  readonly behindProxy?: { readonly port: number; readonly advertisedPort: number };
};

/** Who may do everything: the broker itself, by its certificate, and whoever makes topics and grants. */
const superUsers = 'User:kafka;User:admin';

/**
 * The broker's server.properties: one KRaft node that is broker and controller,
 * reachable from this machine only unless it has a host and security.
 */
export function kafkaSettings(place: KafkaPlace): string {
  const { behindProxy, security } = place;
  const bindHost = place.host === undefined ? '127.0.0.1' : '0.0.0.0';
  const host = place.host ?? '127.0.0.1';
  const also = (text: string): string => (behindProxy === undefined ? '' : text);
  const settings: Readonly<Record<string, string | number | boolean>> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${place.controllerPort}`,
    listeners: `BROKER://${bindHost}:${place.port}${inner(place)},CONTROLLER://127.0.0.1:${place.controllerPort}${also(`,PROXIED://127.0.0.1:${behindProxy?.port}`)}`,
    'advertised.listeners': `BROKER://${host}:${place.port}${inner(place)}${also(`,PROXIED://127.0.0.1:${behindProxy?.advertisedPort}`)}`,
    'listener.security.protocol.map':
      security === undefined
        ? `BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT${also(',PROXIED:PLAINTEXT')}`
        : 'BROKER:SASL_SSL,INNER:SSL,CONTROLLER:SSL',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': security === undefined ? 'BROKER' : 'INNER',
    'log.dirs': escapeProperty(place.dataDir),
    // After a kill -9 the next start waits until the lease of the dead broker has run out.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 500,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // Whoever kills a member of a group waits that long for its partitions; the default is six seconds.
    'group.min.session.timeout.ms': 1000,
    'auto.create.topics.enable': false,
    // Committed offsets must not expire before the log they point into (ten years, in minutes).
    'offsets.retention.minutes': 5_256_000,
    // Two cores are the machine this is made for; the defaults start 3 + 8 + 10 threads.
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    // 128 MB of the heap by default, which a log of this size never needs.
    'log.cleaner.dedupe.buffer.size': 8_388_608,
    ...(security === undefined ? {} : securitySettings(security)),
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

const inner = ({ security }: KafkaPlace): string =>
  security === undefined ? '' : `,INNER://127.0.0.1:${security.innerPort}`;

/** What the broker shows itself with and whom it trusts. Passwords aren't among them: Kafka keeps what it derives from them. */
function securitySettings({ folder }: KafkaSecurity): Readonly<Record<string, string | boolean>> {
  const { ca } = partyFiles(folder);
  const own = innerFolder(folder);
  /** Behind these two stands nobody but this broker: a worker's certificate is a stranger's there. */
  const ofBrokerAlone = (listener: string): Record<string, string> => ({
    [`listener.name.${listener}.ssl.client.auth`]: 'required',
    [`listener.name.${listener}.ssl.keystore.type`]: 'PEM',
    [`listener.name.${listener}.ssl.keystore.location`]: escapeProperty(keyStoreFile(own)),
    [`listener.name.${listener}.ssl.truststore.type`]: 'PEM',
    [`listener.name.${listener}.ssl.truststore.location`]: escapeProperty(partyFiles(own).ca),
  });
  return {
    'ssl.protocol': 'TLSv1.3',
    'ssl.enabled.protocols': 'TLSv1.3',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': escapeProperty(keyStoreFile(folder)),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': escapeProperty(ca),
    // A client shows a certificate of the authority, and then who it is by name and password.
    'listener.name.broker.ssl.client.auth': 'required',
    ...ofBrokerAlone('inner'),
    ...ofBrokerAlone('controller'),
    'ssl.principal.mapping.rules': 'RULE:^CN=([a-z]+),.*$/$1/',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.broker.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': superUsers,
    'allow.everyone.if.no.acl.found': false,
  };
}

/** What Kafka's own tools reach the broker with, by its inner listener. */
export function kafkaProbeSettings(folder: string): string {
  const own = innerFolder(folder);
  return `security.protocol=SSL
ssl.keystore.type=PEM
ssl.keystore.location=${keyStoreFile(own)}
ssl.truststore.type=PEM
ssl.truststore.location=${partyFiles(own).ca}
`;
}

/** Where, in the broker's folder, lies what it proves itself to itself with. */
export const innerFolder = (folder: string): string => join(folder, 'inner');

/** Key and certificate in one file, as the broker wants them. */
export const keyStoreFile = (folder: string): string => join(folder, 'keystore.pem');

/** log4j2.properties for a container, whose engine keeps what it prints. */
export const containerLogSettings = `status=warn
appenders=console
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{ISO8601} %p %c{1} %m%n
rootLogger.level=warn
rootLogger.appenderRefs=console
rootLogger.appenderRef.console.ref=console
`;

/** log4j2.properties: one file that is rolled at 5 MB and kept once. */
export function kafkaLogSettings(logFile: string): string {
  const file = escapeProperty(logFile);
  return `status=warn
appenders=file
appender.file.type=RollingFile
appender.file.name=file
appender.file.fileName=${file}
appender.file.filePattern=${file}.%i
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d{ISO8601} %p %c{1} %m%n
appender.file.policies.type=Policies
appender.file.policies.size.type=SizeBasedTriggeringPolicy
appender.file.policies.size.size=5MB
appender.file.strategy.type=DefaultRolloverStrategy
appender.file.strategy.max=1
rootLogger.level=info
rootLogger.appenderRefs=file
rootLogger.appenderRef.file.ref=file
`;
}

/** In a Java properties file a backslash escapes, so a Windows path would lose its own. */
function escapeProperty(path: string): string {
  return path.replaceAll('\\', '/');
}
