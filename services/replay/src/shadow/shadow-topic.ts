import { streams } from '@weir/contracts';
import type { KafkaClient } from '@weir/kafka';
import type { ReplayPlan } from '@weir/replays';

export type ShadowKafka = Pick<
  KafkaClient,
  | 'hasTopic'
  | 'createTopic'
  | 'deleteTopic'
  | 'topicPartitions'
  | 'topicReplicas'
  | 'offsets'
  | 'readRange'
  | 'createProducer'
>;

const dayMs = 86_400_000;
const firstOffsets = 100;
const deadlineMs = 60_000;

/** What a header of a copy may take more than its original. */
const headerBytes = 65_536;

/** The last there is for Kafka, so that no time is too far from the broker's own. */
const anyTime = '9223372036854775807';

/**
 * Makes the topic of a copy with what the source has: as many partitions and replicas. It takes records of any time
 * and keeps each until `keepMs` from now and no longer, whether anybody removes the topic or not.
 */
export async function makeShadowTopic(
  kafka: ShadowKafka,
  { topic, plan, keepMs, nowMs }: ShadowTopic,
): Promise<'created' | 'exists'> {
  const source = streams[plan.stream];
  const replicas = await kafka.topicReplicas(source.topic);
  const oldestMs = await oldestTime(kafka, plan);
  // The broker forgets by the times of records, and these are as old as their originals: their age comes on top.
  const ageMs = oldestMs === undefined ? source.retentionMs : Math.max(0, nowMs - oldestMs);
  return kafka.createTopic({
    topic,
    partitions: await kafka.topicPartitions(source.topic),
    replicationFactor: replicas,
    config: {
      'cleanup.policy': 'delete',
      // A day for clocks that are not the broker's.
      'retention.ms': String(keepMs + ageMs + dayMs),
      'max.message.bytes': String(source.maxMessageBytes + headerBytes),
      'compression.type': 'uncompressed',
      'message.timestamp.type': 'CreateTime',
      'message.timestamp.before.max.ms': anyTime,
      'message.timestamp.after.max.ms': anyTime,
      'min.insync.replicas': String(Math.max(1, replicas - 1)),
      'unclean.leader.election.enable': 'false',
    },
  });
}

export type ShadowTopic = {
  readonly topic: string;
  readonly plan: ReplayPlan;
  readonly keepMs: number;
  /** The wall clock. */
  readonly nowMs: number;
};

/** The earliest time among the first records of each stretch; undefined where there are none. */
async function oldestTime({ readRange }: ShadowKafka, { stream, stretches }: ReplayPlan) {
  let oldestMs: number | undefined;
  await readRange({
    topic: streams[stream].topic,
    from: new Map(stretches.map(({ partition, from }) => [partition, from])),
    until: new Map(
      stretches.map(({ partition, from, to }) => [partition, Math.min(to, from + firstOffsets)]),
    ),
    onRecord: ({ timestampMs }) => {
      oldestMs = Math.min(oldestMs ?? timestampMs, timestampMs);
    },
    readCommitted: true,
    deadlineMs,
  });
  return oldestMs;
}
