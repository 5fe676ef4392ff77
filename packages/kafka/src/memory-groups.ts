import { WeirError } from '@weir/contracts';
import type { GroupPosition } from './admin.ts';
import { nameOf } from './consumer-types.ts';
import type { TopicPartition } from './consumer-types.ts';
import type { SourcePosition } from './partition-transactions.ts';

/** A consumer as its group knows it. */
export type GroupMember = {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
};

export type Assignment = { readonly generation: number; readonly assigned: readonly TopicPartition[] };

export type MemoryGroups = {
  /** Joins, or learns of the generation that has come in between. */
  join(member: GroupMember): Assignment;
  /** Throws WeirError partition_revoked once the group has moved on to another generation. */
  heartbeat(member: GroupMember, generation: number): void;
  leave(member: GroupMember): void;
  commit(groupId: string, position: SourcePosition): void;
  positions(groupId: string, topic: string): readonly GroupPosition[];
};

type Group = {
  generation: number;
  readonly members: Map<GroupMember, { lastSeenMs: number }>;
  readonly positions: Map<string, SourcePosition>;
};

/**
 * Consumer groups of a broker in memory. A group rebalances at once, as after a
 * rebalance timeout: the new owner of a partition may begin while the old one is
 * still at work and hears of it at its next heartbeat. That is the harder case.
 */
export const createMemoryGroups = (
  nowMs: () => number,
  partitionCount: (topic: string) => number,
): MemoryGroups => {
  const groups = new Map<string, Group>();

  const groupOf = (groupId: string): Group => {
    const group = groups.get(groupId) ?? { generation: 0, members: new Map(), positions: new Map() };
    groups.set(groupId, group);
    return group;
  };

  /** Drops the members whose session has timed out. */
  const expire = (group: Group): void => {
    for (const [member, { lastSeenMs }] of group.members) {
      if (nowMs() - lastSeenMs <= member.sessionTimeoutMs) continue;
      group.members.delete(member);
      group.generation += 1;
    }
  };

  const partitionsOf = (topics: readonly string[]): TopicPartition[] =>
    topics.flatMap((topic) =>
      Array.from({ length: partitionCount(topic) }, (_unused, partition) => ({ topic, partition })),
    );

  const revoked = (groupId: string): WeirError =>
    new WeirError('partition_revoked', `group ${groupId} has moved on to another generation`);

  return {
    join: (member) => {
      const group = groupOf(member.groupId);
      expire(group);
      if (!group.members.has(member)) group.generation += 1;
      group.members.set(member, { lastSeenMs: nowMs() });
      const members = [...group.members.keys()];
      const mine = members.indexOf(member);
      const assigned = partitionsOf(member.topics).filter(
        (_at, index) => (index + group.generation) % members.length === mine,
      );
      return { generation: group.generation, assigned };
    },
    heartbeat: (member, generation) => {
      const group = groupOf(member.groupId);
      expire(group);
      const known = group.members.get(member);
      if (known !== undefined) known.lastSeenMs = nowMs();
      if (known === undefined || group.generation !== generation) throw revoked(member.groupId);
    },
    leave: (member) => {
      const group = groupOf(member.groupId);
      if (group.members.delete(member)) group.generation += 1;
    },
    commit: (groupId, position) => void groupOf(groupId).positions.set(nameOf(position), position),
    positions: (groupId, topic) => {
      const { positions } = groupOf(groupId);
      return partitionsOf([topic]).map((at) => {
        const found = positions.get(nameOf(at));
        return { partition: at.partition, next: found?.next, metadata: found?.metadata ?? '' };
      });
    },
  };
};
