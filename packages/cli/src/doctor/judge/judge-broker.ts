import type { BrokerDescription, ListenerDescription } from '@weir/kafka';
import { streamNames, streams } from '@weir/contracts';
import { fail, ok, warn } from '../check.ts';
import type { Check } from '../check.ts';
import { inDays } from '../limits.ts';

/**
 * The release in which a version of Produce requests came (the "validVersions" and
 * their comments in Kafka's ProduceRequest.json), newest first.
 */
const releases: readonly (readonly [produceVersion: number, release: string, isTested: boolean])[] = [
  [13, '4.1 or later', true],
  [12, '4.0', false],
  [11, '3.8 or 3.9', false],
  [10, '3.7', false],
  [9, '2.8 to 3.6', false],
];

export function judgeVersion({ produceVersion }: Pick<ListenerDescription, 'produceVersion'>): Check {
  const mend = 'Bring the brokers to Kafka 4.1 or later, one after the other, as its upgrade notes say.';
  const found = releases.find(([version]) => produceVersion >= version);
  if (found === undefined) return fail('broker.version', 'Kafka before 2.8', mend);
  const [, release, isTested] = found;
  return isTested
    ? ok('broker.version', `Kafka ${release}`)
    : warn('broker.version', `Kafka ${release}, with which Weir isn't tested`, mend);
}

const largestBatchBytes = Math.max(...streamNames.map((name) => streams[name].maxMessageBytes));
const minuteMs = 60_000;

const settingLine = (bootstrap: string, name: string, value: number | string): string =>
  `kafka-configs --bootstrap-server ${bootstrap} --alter --entity-type brokers --entity-default --add-config ${name}=${value}`;

/** `logRetentionMs` is the longest that a topic with positions in it is kept. */
export function judgeBrokers(facts: {
  readonly bootstrap: string;
  readonly brokers: readonly BrokerDescription[];
  readonly logRetentionMs: number;
}): readonly Check[] {
  return [judgeSettings(facts), judgeOffsets(facts)];
}

type BrokerFacts = Parameters<typeof judgeBrokers>[0];

function judgeSettings({ brokers }: BrokerFacts): Check {
  const setting = (name: string): readonly string[] => brokers.flatMap(({ config }) => config[name] ?? []);
  if (setting('socket.request.max.bytes').some((value) => Number(value) < largestBatchBytes)) {
    return fail(
      'broker.settings',
      `socket.request.max.bytes is below ${largestBatchBytes}`,
      `Set socket.request.max.bytes=104857600 in server.properties of each broker and start them again one by one.`,
    );
  }
  if (setting('auto.create.topics.enable').includes('true')) {
    return warn(
      'broker.settings',
      'auto.create.topics.enable is true',
      'Set auto.create.topics.enable=false in server.properties of each broker and start them again one by one.',
    );
  }
  return ok(
    'broker.settings',
    `brokers: ${brokers.length}; sizes and the making of topics are as they should be`,
  );
}

function judgeOffsets({ brokers, logRetentionMs, bootstrap }: BrokerFacts): Check {
  const minutes = brokers.flatMap(({ config }) => config['offsets.retention.minutes'] ?? []).map(Number);
  if (minutes.length === 0)
    return warn(
      'broker.offsets',
      'this user may not read offsets.retention.minutes',
      'Let the user describe the configuration of the cluster (ACL DescribeConfigs), or look at it there.',
    );
  const keptMs = Math.min(...minutes) * minuteMs;
  const what = `positions are kept for ${inDays(keptMs)}, the log for ${inDays(logRetentionMs)}`;
  return keptMs >= logRetentionMs
    ? ok('broker.offsets', what)
    : fail(
        'broker.offsets',
        what,
        settingLine(bootstrap, 'offsets.retention.minutes', Math.ceil(logRetentionMs / minuteMs)),
      );
}
