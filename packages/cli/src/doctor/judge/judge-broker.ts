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

/** The largest that offsets.retention.minutes can be. */
const longestMinutes = 2_147_483_647;

/** These settings are read when a broker starts: kafka-configs refuses to change them. */
const settingLine = (name: string, value: number | string): string =>
  `Set ${name}=${value} in server.properties of each broker and start them again one by one.`;

/** `logRetentionMs` is the longest that a topic with positions in it is kept; Infinity where one is kept for ever. */
export function judgeBrokers(facts: {
  readonly brokers: readonly BrokerDescription[];
  readonly logRetentionMs: number;
}): readonly Check[] {
  return [judgeSettings(facts), judgeOffsets(facts)];
}

type BrokerFacts = Parameters<typeof judgeBrokers>[0];

function judgeSettings({ brokers }: BrokerFacts): Check {
  const setting = (name: string): readonly string[] => brokers.flatMap(({ config }) => config[name] ?? []);
  const isTold = ['socket.request.max.bytes', 'auto.create.topics.enable'].every(
    (name) => setting(name).length === brokers.length,
  );
  if (brokers.length === 0 || !isTold)
    return warn('broker.settings', 'this user may not read the settings of every broker', readingRight);
  if (setting('socket.request.max.bytes').some((value) => Number(value) < largestBatchBytes)) {
    return fail(
      'broker.settings',
      `socket.request.max.bytes is below ${largestBatchBytes}`,
      settingLine('socket.request.max.bytes', 104_857_600),
    );
  }
  if (setting('auto.create.topics.enable').includes('true')) {
    return warn(
      'broker.settings',
      'auto.create.topics.enable is true',
      settingLine('auto.create.topics.enable', 'false'),
    );
  }
  return ok(
    'broker.settings',
    `brokers: ${brokers.length}; sizes and the making of topics are as they should be`,
  );
}

const readingRight =
  'Let the user describe the configuration of the cluster (ACL DescribeConfigs), or look at it there.';

function judgeOffsets({ brokers, logRetentionMs }: BrokerFacts): Check {
  const minutes = brokers.flatMap(({ config }) => config['offsets.retention.minutes'] ?? []).map(Number);
  if (minutes.length < brokers.length || minutes.length === 0)
    return warn('broker.offsets', 'this user may not read offsets.retention.minutes', readingRight);
  const keptMs = Math.min(...minutes) * minuteMs;
  const what = `positions are kept for ${inDays(keptMs)}, records ${logRetentionMs === Infinity ? 'for ever' : `for ${inDays(logRetentionMs)}`}`;
  return keptMs >= Math.min(logRetentionMs, longestMinutes * minuteMs)
    ? ok('broker.offsets', what)
    : fail(
        'broker.offsets',
        what,
        settingLine(
          'offsets.retention.minutes',
          Math.min(longestMinutes, Math.ceil(logRetentionMs / minuteMs)),
        ),
      );
}
