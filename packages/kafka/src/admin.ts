import { createAdminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';
import type { KafkaConnection } from './connection.ts';
import { parseOffset } from './offsets.ts';
import type { PartitionPositions } from './offsets.ts';
import { createTopicAdmin } from './topic-admin.ts';
import type { TopicAdmin } from './topic-admin.ts';

/** `end` is the last stable offset: everything below it is committed or aborted. */
export type PartitionOffsets = {
  readonly partition: number;
  readonly earliest: number;
  readonly end: number;
};

/** `next` is undefined where the group has committed nothing for the partition. */
export type GroupPosition = {
  readonly partition: number;
  readonly next: number | undefined;
  readonly metadata: string;
};

export type KafkaAdmin = TopicAdmin & {
  offsets(topic: string): Promise<readonly PartitionOffsets[]>;
  offsetsAtTime(topic: string, timeMs: number): Promise<PartitionPositions>;
  groupPositions(groupId: string, topic: string): Promise<readonly GroupPosition[]>;
  deleteGroup(groupId: string): Promise<void>;
  close(): Promise<void>;
};

const readOffsets = (call: AdminCall, topic: string): Promise<readonly PartitionOffsets[]> =>
  call(`reading the offsets of ${topic}`, async (admin) => {
    const partitions = await admin.fetchTopicOffsets(topic);
    return partitions
      .map(({ partition, low, high }) => ({ partition, earliest: parseOffset(low), end: parseOffset(high) }))
      .sort((a, b) => a.partition - b.partition);
  });

const readOffsetsAtTime = (call: AdminCall, topic: string, timeMs: number): Promise<PartitionPositions> =>
  call(`reading the offsets of ${topic} at a time`, async (admin) => {
    // Negative times are the protocol's words for the log's ends.
    const partitions = await admin.fetchTopicOffsetsByTimestamp(topic, Math.max(0, timeMs));
    return new Map(partitions.map(({ partition, offset }) => [partition, parseOffset(offset)]));
  });

// A group that has committed nothing for a partition answers -1.
const noPosition = '-1';

const readGroupPositions = (
  call: AdminCall,
  groupId: string,
  topic: string,
): Promise<readonly GroupPosition[]> =>
  call(`reading the positions of group ${groupId} in ${topic}`, async (admin) => {
    const found = await admin.fetchOffsets({ groupId, topics: [topic] });
    return (found.find((entry) => entry.topic === topic)?.partitions ?? [])
      .map(({ partition, offset, metadata }) => ({
        partition,
        next: offset === noPosition ? undefined : parseOffset(offset),
        metadata: metadata ?? '',
      }))
      .sort((a, b) => a.partition - b.partition);
  });

/** Topics, offsets and groups. Every call throws WeirError broker_unavailable within a bound. */
export const createAdmin = (connection: KafkaConnection): KafkaAdmin => {
  const { call, close } = createAdminCall(connection);
  return {
    ...createTopicAdmin(connection, call),
    offsets: (topic) => readOffsets(call, topic),
    /**
     * The first offset of each partition whose record has that time or a later one; the partition's end where there
     * is none. Times are whole milliseconds since the epoch, the broker's or the writer's as the topic keeps them.
     */
    offsetsAtTime: (topic, timeMs) => readOffsetsAtTime(call, topic, timeMs),
    /** Not fit for recovery: it may be some 70 ms behind a commit that has just resolved. */
    groupPositions: (groupId, topic) => readGroupPositions(call, groupId, topic),
    deleteGroup: (groupId) =>
      call(`deleting group ${groupId}`, async (admin) => {
        await admin.deleteGroups([groupId]);
      }),
    close,
  };
};
