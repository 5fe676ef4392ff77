import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topicSpecifications } from '@weir/contracts';
import type { TopicDescription } from '@weir/kafka';
import { defaultWindowPlan } from '@weir/windows';
import { judgeBrokers, judgeVersion } from './judge-broker.ts';
import { judgeGroup } from './judge-groups.ts';
import { judgeLogName, judgeRetention } from './judge-log.ts';
import { judgeOwnCertificate, judgeTls } from './judge-tls.ts';
import { judgeTopics } from './judge-topics.ts';
import { tableOf } from './judges.fixture.ts';

const dayMs = 86_400_000;
const bootstrap = 'broker:9092';

tableOf(
  (produceVersion: number) => [judgeVersion({ produceVersion })],
  [
    ['Kafka 4.1 is well', 13, 'broker.version', { status: 'ok', what: /4\.1/ }],
    ['a release nobody tested is warned of', 10, 'broker.version', { status: 'warn', what: /3\.7/ }],
    ['an ancient release fails', 7, 'broker.version', { status: 'fail' }],
  ],
);

const sound = { 'socket.request.max.bytes': '104857600', 'auto.create.topics.enable': 'false' };
const brokers = (config: Record<string, string>, days = 45) => ({
  brokers: [{ nodeId: 1, config: { ...sound, ...config } }],
  logRetentionMs: days * dayMs,
});
tableOf(judgeBrokers, [
  [
    'positions that are forgotten before the log fail, with the setting that a broker takes only at its start',
    brokers({ 'offsets.retention.minutes': '10080' }),
    'broker.offsets',
    { status: 'fail', what: /7 days/, mend: /offsets\.retention\.minutes=64800 in server\.properties/ },
  ],
  [
    'positions that are kept as long as the log are well',
    brokers({ 'offsets.retention.minutes': '64800' }),
    'broker.offsets',
    { status: 'ok' },
  ],
  [
    'a log that is kept for ever asks for the longest that positions can be kept',
    brokers({ 'offsets.retention.minutes': '64800' }, Infinity),
    'broker.offsets',
    { status: 'fail', what: /for ever/, mend: /=2147483647 / },
  ],
  [
    'positions kept for as long as they can be are well beside a log that is kept for ever',
    brokers({ 'offsets.retention.minutes': '2147483647' }, Infinity),
    'broker.offsets',
    { status: 'ok' },
  ],
  ['a retention that may not be read is no promise', brokers({}), 'broker.offsets', { status: 'warn' }],
  [
    'settings that may not be read are no promise',
    { brokers: [{ nodeId: 1, config: {} }], logRetentionMs: dayMs },
    'broker.settings',
    { status: 'warn', mend: /DescribeConfigs/ },
  ],
  [
    'a broker that makes topics by itself is warned of',
    brokers({ 'auto.create.topics.enable': 'true' }),
    'broker.settings',
    { status: 'warn' },
  ],
  [
    'a broker that refuses the largest batch fails',
    brokers({ 'socket.request.max.bytes': '1048576' }),
    'broker.settings',
    { status: 'fail' },
  ],
]);

const specifications = topicSpecifications({ logPartitions: 4, replicationFactor: 3 });
const topics = (change: Partial<TopicDescription> & { readonly set?: Record<string, string> } = {}) => ({
  bootstrap,
  logPartitions: 4,
  replicationFactor: 3,
  topics: specifications.map(({ topic, partitions, replicationFactor, config }): TopicDescription => {
    const { set, ...rest } = topic === 'transactions.received.v1' ? change : {};
    const described = { topic, partitions, replicas: replicationFactor, outOfSync: 0, ...rest };
    return { config: { ...config, 'retention.bytes': '-1', ...set }, ...described };
  }),
});
const received = 'topics.settings:transactions.received.v1';

test('topics as the table has them are well', () => {
  const checks = judgeTopics(topics());
  assert.equal(checks.length, specifications.length);
  assert.ok(checks.every(({ status }) => status === 'ok'));
});

tableOf(judgeTopics, [
  [
    'a topic that forgets too soon fails, with the line that mends it',
    topics({ set: { 'retention.ms': '604800000' } }),
    received,
    {
      status: 'fail',
      what: /retention\.ms is 604800000, not 3888000000/,
      mend: /^kafka-configs --bootstrap-server broker:9092 --alter --entity-type topics --entity-name transactions\.received\.v1 --add-config retention\.ms=3888000000$/,
    },
  ],
  [
    'a topic that keeps more than was agreed on is warned of',
    topics({ set: { 'retention.ms': '-1' } }),
    received,
    { status: 'warn' },
  ],
  [
    'a topic that forgets by size fails',
    topics({ set: { 'retention.bytes': '1000' } }),
    received,
    { status: 'fail', mend: /retention\.bytes=-1/ },
  ],
  [
    'an unclean election fails beside a harmless difference',
    topics({ set: { 'unclean.leader.election.enable': 'true', 'max.message.bytes': '9000000' } }),
    received,
    { status: 'fail', mend: /max\.message\.bytes=4194304,unclean\.leader\.election\.enable=false/ },
  ],
  [
    'a topic in which time is told by its writers fails',
    topics({ set: { 'message.timestamp.type': 'CreateTime' } }),
    received,
    { status: 'fail' },
  ],
  [
    'a topic whose settings are not told is no topic as the table has it',
    topics({ config: {} }),
    received,
    { status: 'warn', what: /retention\.ms is not told/ },
  ],
  [
    'a topic that asks for more replicas than it has takes no record, and fails',
    topics({ set: { 'min.insync.replicas': '4' } }),
    received,
    { status: 'fail', mend: /min\.insync\.replicas=2/ },
  ],
  ['too few replicas fail', topics({ replicas: 2 }), received, { status: 'fail', what: /2 replicas/ }],
  [
    'a replica out of sync fails',
    topics({ outOfSync: 1 }),
    'topics.replicas:transactions.received.v1',
    { status: 'fail', what: /1 of 4/ },
  ],
  [
    'another partition count fails, and nobody is told to change it',
    { ...topics(), logPartitions: 8 },
    received,
    { status: 'fail', mend: /partition-count-changed/ },
  ],
  [
    'a topic that is not there fails, with the line that makes it',
    { ...topics(), topics: [] },
    received,
    { status: 'fail', mend: /kafka-topics .*--partitions 4 --replication-factor 3 .*retention\.ms=/ },
  ],
]);

const wide = {
  ...defaultWindowPlan,
  ref: 'wide@1',
  spans: [{ name: '90d', spanMs: 90 * dayMs }] as const,
};
const short = {
  ...defaultWindowPlan,
  ref: 'short@1',
  spans: [{ name: '1d', spanMs: dayMs }] as const,
};
const retention = (days: number | undefined, plans = [defaultWindowPlan]) => ({
  bootstrap,
  retentionMs: days === undefined ? undefined : days * dayMs,
  plans,
});
tableOf(
  (facts: Parameters<typeof judgeRetention>[0]) => [judgeRetention(facts)],
  [
    [
      'the log of the table is long enough for the built-in plan',
      retention(45),
      'log.retention',
      { status: 'ok' },
    ],
    ['a log without room for an outage is warned of', retention(40), 'log.retention', { status: 'warn' }],
    [
      'a plan that reaches further back than the log fails, with the lines that mend it',
      retention(45, [defaultWindowPlan, wide]),
      'log.retention',
      {
        status: 'fail',
        what: /wide@1 reaches back 91 days/,
        mend: /transactions\.received\.v1 .*retention\.ms=9072000000 && .*decisions\.v1/,
      },
    ],
    [
      'a log that forgets too soon is never told to keep less than the table asks for',
      retention(1, [short]),
      'log.retention',
      { status: 'fail', mend: /transactions\.received\.v1 .*retention\.ms=3888000000 / },
    ],
    [
      'a retention that is not told is not judged',
      retention(undefined),
      'log.retention',
      { status: 'skipped' },
    ],
    [
      'a log that forgets nothing is long enough',
      retention(Infinity, [wide]),
      'log.retention',
      { status: 'ok' },
    ],
  ],
);

tableOf(
  (name: Parameters<typeof judgeLogName>[0]) => [judgeLogName(name, 4)],
  [
    [
      'a log with its name is well',
      { kind: 'named', logId: 'l', partitionCount: 4 },
      'log.name',
      { status: 'ok' },
    ],
    [
      'a log that was made with other partitions fails',
      { kind: 'named', logId: 'l', partitionCount: 8 },
      'log.name',
      { status: 'fail', mend: /partition-count-changed/ },
    ],
    [
      'a log whose name this role can not open fails',
      { kind: 'unreadable', reason: 'key_not_allowed' },
      'log.name',
      { status: 'fail', mend: /key-refused/ },
    ],
    ['an empty log fails', { kind: 'empty' }, 'log.name', { status: 'fail' }],
    ['a log that begins with something else fails', { kind: 'unnamed' }, 'log.name', { status: 'fail' }],
    ['a name that retention took is warned of', { kind: 'deleted' }, 'log.name', { status: 'warn' }],
  ],
);

const group = (next: number | undefined, earliest: number, end: number) => ({
  groupId: 'g',
  topic: 't',
  positions: [{ partition: 0, next, metadata: '' }],
  offsets: [{ partition: 0, earliest, end }],
});
const position = 'groups.positions:g/t';
tableOf(
  (facts: ReturnType<typeof group>) => [judgeGroup(facts)],
  [
    ['a group at the end is well', group(10, 0, 10), position, { status: 'ok', what: /^0 offsets/ }],
    [
      'a group that has read nothing of an empty topic is well',
      group(undefined, 0, 0),
      position,
      { status: 'ok' },
    ],
    ['a group far behind is warned of', group(0, 0, 100_001), position, { status: 'warn', what: /100,001/ }],
    ['a group without a position is warned of', group(undefined, 0, 5), position, { status: 'warn' }],
    [
      'a position beyond the end fails',
      group(11, 0, 10),
      position,
      { status: 'fail', mend: /log-truncated/ },
    ],
    ['records deleted unread fail', group(3, 4, 10), position, { status: 'fail', what: /deleted/ }],
  ],
);

const tls = (protocol: string, leftMs: number) => ({
  nowMs: 0,
  isLoopback: false,
  tls: { protocol, certificateEndsAtMs: leftMs },
});
tableOf(
  (leftMs: number) => [judgeOwnCertificate('detection/Kafka', leftMs, 'KAFKA_TLS_CERT_FILE')],
  [
    [
      'an own certificate that lasts is well',
      31 * dayMs,
      'machine.certificates:detection/Kafka',
      { status: 'ok' },
    ],
    [
      'an own certificate that ends soon is warned of',
      dayMs,
      'machine.certificates:detection/Kafka',
      { status: 'warn' },
    ],
    [
      'an own certificate that has ended fails, and its variable is named',
      0,
      'machine.certificates:detection/Kafka',
      { status: 'fail', mend: /KAFKA_TLS_CERT_FILE/ },
    ],
    [
      'an own certificate whose end nobody can read fails',
      NaN,
      'machine.certificates:detection/Kafka',
      { status: 'fail' },
    ],
  ],
);
const judgeListener = (facts: Parameters<typeof judgeTls>[1]) => [
  judgeTls('broker.tls', facts, 'Turn it on.'),
];
tableOf(judgeListener, [
  ['TLS 1.3 with a fresh certificate is well', tls('TLSv1.3', 90 * dayMs), 'broker.tls', { status: 'ok' }],
  ['TLS 1.2 fails', tls('TLSv1.2', 90 * dayMs), 'broker.tls', { status: 'fail' }],
  ['a certificate that ends soon is warned of', tls('TLSv1.3', 29 * dayMs), 'broker.tls', { status: 'warn' }],
  ['a certificate that has ended fails', tls('TLSv1.3', -1), 'broker.tls', { status: 'fail' }],
  ['a certificate whose end nobody can read fails', tls('TLSv1.3', NaN), 'broker.tls', { status: 'fail' }],
  [
    'a plain connection to another machine is warned of',
    { nowMs: 0, isLoopback: false, tls: undefined },
    'broker.tls',
    { status: 'warn', mend: /Turn it on/ },
  ],
  [
    'a plain connection within this machine is well',
    { nowMs: 0, isLoopback: true, tls: undefined },
    'broker.tls',
    { status: 'ok' },
  ],
]);
