import { streams } from '@weir/contracts';
import { connectKafkaInspector } from '@weir/connections';
import type { KafkaInspector, TopicDescription } from '@weir/kafka';
import { createLogger } from '@weir/runtime';
import { ok, skipped } from '../check.ts';
import type { Check } from '../check.ts';
import { judgeBrokers, judgeVersion } from '../judge/judge-broker.ts';
import { judgeGroup } from '../judge/judge-groups.ts';
import { judgeLogName, judgeRetention } from '../judge/judge-log.ts';
import type { LogName } from '../judge/judge-log.ts';
import { judgeTls } from '../judge/judge-tls.ts';
import { judgeTopics } from '../judge/judge-topics.ts';
import { configWith, isLoopback, readingRole } from '../patient.ts';
import type { Patient, RoleConfig } from '../patient.ts';
import { absent, judged, probe } from '../probed.ts';
import { knowsStream, openLogReader, probeGroup, probeLogName, probePlans } from '../probe/probe-log.ts';
import type { LogReader } from '../probe/probe-log.ts';
import type { Instruments } from '../instruments.ts';
import { topicNames } from './topic-names.ts';

/** What the log says of itself, for those who are held against it. */
export type LogFacts = {
  readonly name: LogName | undefined;
  /** How many records it holds now. */
  readonly records: number | undefined;
};

type Examined = { readonly checks: readonly Check[]; readonly log: LogFacts };

const nothingKnown: LogFacts = { name: undefined, records: undefined };
const startBroker =
  'Start the broker, or correct KAFKA_BROKERS and what belongs to it (KAFKA_TLS_*, KAFKA_SASL_*); on a laptop: npm start.';

export async function examineKafka(patient: Patient, instruments: Instruments): Promise<Examined> {
  const role = readingRole(patient);
  const config = role === undefined ? undefined : patient.roles.get(role);
  if (config === undefined)
    return {
      checks: [skipped('broker.reachable', 'no stack has been started in this home yet')],
      log: nothingKnown,
    };
  const log = createLogger({ service: 'weir', level: 'fatal' });
  const inspector = connectKafkaInspector(config, `weir-${config.WEIR_ENVIRONMENT}-doctor`, log);
  const reader = openLogReader(config);
  try {
    return await examine(
      { config, inspector, reader, replicationFactor: replicationOf(patient, config) },
      instruments,
    );
  } finally {
    // What hangs while it is closed ends with the command.
    await probe(() => Promise.all([inspector.close(), reader.close()]));
  }
}

/** Who makes topics says how often they are kept; else it is the three of production, and one on this machine. */
const replicationOf = (patient: Patient, { KAFKA_BROKERS }: RoleConfig): number =>
  configWith(patient, 'REPLICATION_FACTOR')?.value ?? (isLoopback(KAFKA_BROKERS) ? 1 : 3);

type Means = {
  readonly config: RoleConfig;
  readonly inspector: KafkaInspector;
  readonly reader: LogReader;
  readonly replicationFactor: number;
};

async function examine(
  { config, inspector, reader, replicationFactor }: Means,
  { nowMs }: Instruments,
): Promise<Examined> {
  const listener = await probe(() => inspector.listener());
  if (listener.kind !== 'found')
    return { checks: judged('broker.reachable', listener, startBroker, () => []), log: nothingKnown };
  const onLoopback = isLoopback(config.KAFKA_BROKERS);
  const reached = [
    ok('broker.reachable', `${config.KAFKA_BROKERS[0] ?? ''} answers`),
    judgeVersion(listener.facts),
    judgeTls(
      'broker.tls',
      { nowMs: nowMs(), isLoopback: onLoopback, tls: listener.facts.tls },
      'Give the brokers a TLS listener and set KAFKA_TLS_CA_FILE.',
    ),
  ];
  const topics = await probe(() => inspector.topics(topicNames));
  const [settings, logChecks, groups] = await Promise.all([
    examineBrokers(inspector, topics.kind === 'found' ? topics.facts : []),
    examineLog(config, reader, topics.kind === 'found' ? topics.facts : []),
    examineGroups(config, reader),
  ]);
  return {
    checks: [
      ...reached,
      ...settings,
      ...judged('topics.settings', topics, describeRight, (found) =>
        judgeAllTopics({ config, replicationFactor }, found),
      ),
      ...logChecks.checks,
      ...groups,
    ],
    log: logChecks.log,
  };
}

const describeRight =
  'Let the user of this role describe topics and their configuration (ACLs Describe and DescribeConfigs).';

/** Kafka's own tools take how to prove oneself from a file: docs/operations/doctor.md says what stands in it. */
const bootstrapOf = ({ KAFKA_BROKERS, KAFKA_TLS_CA_FILE, KAFKA_SASL_MECHANISM }: RoleConfig): string =>
  KAFKA_TLS_CA_FILE === undefined && KAFKA_SASL_MECHANISM === undefined
    ? KAFKA_BROKERS.join(',')
    : `${KAFKA_BROKERS.join(',')} --command-config client.properties`;

const logTopicOf = (topics: readonly TopicDescription[]): TopicDescription | undefined =>
  topics.find(({ topic }) => topic === streams.received.topic);

/** The log's own partition count is what the other topics have to have. */
const judgeAllTopics = (
  { config, replicationFactor }: Pick<Means, 'config' | 'replicationFactor'>,
  topics: readonly TopicDescription[],
): readonly Check[] =>
  judgeTopics({
    bootstrap: bootstrapOf(config),
    topics,
    logPartitions: logTopicOf(topics)?.partitions ?? 4,
    replicationFactor,
  });

/** The streams in which groups have positions that have to last as long as their records. */
const readByGroups = ['received', 'cleared', 'held', 'rejected', 'releases', 'intake'] as const;

async function examineBrokers(
  inspector: KafkaInspector,
  topics: readonly TopicDescription[],
): Promise<readonly Check[]> {
  const brokers = await probe(() => inspector.brokers());
  // What the table asks for stands in where the brokers don't tell.
  const logRetentionMs = Math.max(
    ...readByGroups.map((name) => retentionOf(topics, streams[name].topic) ?? streams[name].retentionMs),
  );
  return judged('broker.settings', brokers, describeRight, (found) =>
    judgeBrokers({ brokers: found, logRetentionMs }),
  );
}

const retentionOf = (topics: readonly TopicDescription[], name: string): number | undefined => {
  const text = topics.find(({ topic }) => topic === name)?.config['retention.ms'];
  if (text === undefined) return undefined;
  return text === '-1' ? Infinity : Number(text);
};

/** The shorter of the two, where both are told: windows are rebuilt from the one and checked by the other. */
const shortestRetention = (topics: readonly TopicDescription[]): number | undefined => {
  const [log, journal] = [streams.received, streams.decisions].map(({ topic }) => retentionOf(topics, topic));
  return log === undefined || journal === undefined ? undefined : Math.min(log, journal);
};

async function examineLog(
  config: RoleConfig,
  reader: LogReader,
  topics: readonly TopicDescription[],
): Promise<Examined> {
  const topic = logTopicOf(topics);
  const noTopic = absent('there is no log, or it may not be described: see topics.settings');
  const notTold = topic === undefined ? noTopic : absent('this role has no key of the stream');
  const [name, plans, offsets] = await Promise.all([
    topic !== undefined && knowsStream(reader, 'received') ? probe(() => probeLogName(reader)) : notTold,
    topic !== undefined && knowsStream(reader, 'artefacts') ? probe(() => probePlans(reader)) : notTold,
    probe(() => reader.kafka.offsets(streams.received.topic)),
  ]);
  const keyMend = 'Follow docs/runbooks/key-refused.md, or run the doctor in a role that reads this stream.';
  return {
    checks: [
      ...judged('log.name', name, keyMend, (found) => [judgeLogName(found, topic?.partitions ?? 0)]),
      ...judged('log.retention', plans, keyMend, (found) => [
        judgeRetention({
          bootstrap: bootstrapOf(config),
          retentionMs: shortestRetention(topics),
          plans: found,
        }),
      ]),
    ],
    log: {
      name: name.kind === 'found' ? name.facts : undefined,
      records:
        offsets.kind === 'found'
          ? offsets.facts.reduce((sum, { earliest, end }) => sum + end - earliest, 0)
          : undefined,
    },
  };
}

async function examineGroups(config: RoleConfig, reader: LogReader): Promise<readonly Check[]> {
  const { DETECTION_GROUP_ID: detection, ALERTING_GROUP_ID: alerting, NOTARY_GROUP_ID: notary } = config;
  const inputs = [
    [detection, streams.received.topic],
    [`${detection}-releases`, streams.releases.topic],
    [alerting, streams.held.topic],
    [alerting, streams.rejected.topic],
    [notary, streams.intake.topic],
  ] as const;
  const mend = 'Let the user of this role describe consumer groups (ACL Describe on groups).';
  const checks = await Promise.all(
    inputs.map(async ([groupId, topic]) =>
      judged('groups.positions', await probe(() => probeGroup(reader, groupId, topic)), mend, (facts) => [
        judgeGroup(facts),
      ]),
    ),
  );
  return checks.flat();
}
