import type { TopicDescription } from '@weir/kafka';
import { topicSpecifications } from '@weir/contracts';
import { fail, ok, warn } from '../check.ts';
import type { Check } from '../check.ts';

export type TopicFacts = {
  /** What stands behind --bootstrap-server in the lines that mend. */
  readonly bootstrap: string;
  readonly topics: readonly TopicDescription[];
  readonly logPartitions: number;
  readonly replicationFactor: number;
};

type Specification = ReturnType<typeof topicSpecifications>[number];

/** Where more than the table asks for is no danger, only more than was agreed on. */
const moreIsHarmless: ReadonlySet<string> = new Set([
  'retention.ms',
  'max.message.bytes',
  'min.insync.replicas',
]);

type Difference = {
  readonly name: string;
  readonly wanted: string;
  readonly found: string;
  readonly isHarmless: boolean;
};

/** Kafka writes "for ever" as -1. */
const amount = (text: string): number => (text === '-1' ? Infinity : Number(text));

/** Each topic of the table against what the brokers have; what differs is named with the line that mends it. */
export function judgeTopics(facts: TopicFacts): readonly Check[] {
  const found = new Map(facts.topics.map((topic) => [topic.topic, topic]));
  return topicSpecifications(facts).flatMap((wanted) => {
    const topic = found.get(wanted.topic);
    if (topic === undefined) {
      const mend = `Let ingest make it: npx weir ingest makes every topic that is missing; or kafka-topics --bootstrap-server ${facts.bootstrap} --create --topic ${wanted.topic} --partitions ${wanted.partitions} --replication-factor ${wanted.replicationFactor} ${Object.entries(
        wanted.config,
      )
        .map(([name, value]) => `--config ${name}=${value}`)
        .join(' ')}`;
      return [fail(['topics.settings', wanted.topic], 'there is no such topic', mend)];
    }
    return [judgeTopic(facts.bootstrap, wanted, topic), ...judgeReplicas(topic)];
  });
}

function differencesOf(wanted: Specification, found: TopicDescription): readonly Difference[] {
  // The table says nothing of a bound in bytes, because the log must not forget by size.
  const config = { ...wanted.config, 'retention.bytes': '-1' };
  return Object.entries(config).flatMap(([name, value]) => {
    const has = found.config[name];
    if (has === value) return [];
    if (has === undefined) return [{ name, wanted: value, found: 'not told', isHarmless: true }];
    // More replicas asked for than there are let no record in at all.
    const isMet = name !== 'min.insync.replicas' || Number(has) <= found.replicas;
    const isHarmless = isMet && moreIsHarmless.has(name) && amount(has) > amount(value);
    return [{ name, wanted: value, found: has, isHarmless }];
  });
}

function judgeTopic(bootstrap: string, wanted: Specification, found: TopicDescription): Check {
  const about = ['topics.settings', wanted.topic] as const;
  if (found.partitions !== wanted.partitions) {
    return fail(
      about,
      `${found.partitions} partitions, and ${wanted.partitions} are wanted`,
      'The count is fixed for the life of a log: follow the runbook docs/runbooks/partition-count-changed.md.',
    );
  }
  if (found.replicas < wanted.replicationFactor) {
    return fail(
      about,
      `${found.replicas} replicas, and ${wanted.replicationFactor} are wanted`,
      `Add replicas with kafka-reassign-partitions --bootstrap-server ${bootstrap} for topic ${wanted.topic}.`,
    );
  }
  const differences = differencesOf(wanted, found);
  if (differences.length === 0)
    return ok(about, `${found.partitions} partitions, ${found.replicas} replicas, as the table has it`);
  const what = differences
    .map(({ name, found: has, wanted: value }) => `${name} is ${has}, not ${value}`)
    .join('; ');
  const changes = differences.map(({ name, wanted: value }) => `${name}=${value}`).join(',');
  const mend = `kafka-configs --bootstrap-server ${bootstrap} --alter --entity-type topics --entity-name ${wanted.topic} --add-config ${changes}`;
  return differences.every(({ isHarmless }) => isHarmless)
    ? warn(about, what, mend)
    : fail(about, what, mend);
}

const judgeReplicas = ({ topic, outOfSync, partitions }: TopicDescription): readonly Check[] =>
  outOfSync === 0
    ? []
    : [
        fail(
          ['topics.replicas', topic],
          `${outOfSync} of ${partitions} partitions have fewer replicas in sync than they should`,
          'Start the broker that is away, or look in its log for why it does not catch up.',
        ),
      ];
