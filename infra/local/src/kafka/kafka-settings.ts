/** Where one broker listens and keeps its records. */
export type KafkaPlace = {
  readonly dataDir: string;
  readonly port: number;
  readonly controllerPort: number;
  /**
   * A second way in, told to its clients as another port: where something stands in front of the broker
   * that may cut or slow them. The broker speaks to itself, and whoever uses `port` to it, as before.
   */
  readonly behindProxy?: { readonly port: number; readonly advertisedPort: number };
};

/**
 * The broker's server.properties: one KRaft node that is broker and controller,
 * reachable from this machine only.
 */
export function kafkaSettings(place: KafkaPlace): string {
  const { behindProxy } = place;
  const also = (text: string): string => (behindProxy === undefined ? '' : text);
  const settings: Readonly<Record<string, string | number | boolean>> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${place.controllerPort}`,
    listeners: `BROKER://127.0.0.1:${place.port},CONTROLLER://127.0.0.1:${place.controllerPort}${also(`,PROXIED://127.0.0.1:${behindProxy?.port}`)}`,
    'advertised.listeners': `BROKER://127.0.0.1:${place.port}${also(`,PROXIED://127.0.0.1:${behindProxy?.advertisedPort}`)}`,
    'listener.security.protocol.map': `BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT${also(',PROXIED:PLAINTEXT')}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'BROKER',
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
    'auto.create.topics.enable': false,
    // Committed offsets must not expire before the log they point into (ten years, in minutes).
    'offsets.retention.minutes': 5_256_000,
    // Two cores are the machine this is made for; the defaults start 3 + 8 + 10 threads.
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    // 128 MB of the heap by default, which a log of this size never needs.
    'log.cleaner.dedupe.buffer.size': 8_388_608,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

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
