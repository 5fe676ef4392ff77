import { WeirError } from '@weir/contracts';
import { nameOf } from './consumer-types.ts';
import type { ConsumerOptions } from './consumer-types.ts';
import { noMembership } from './membership.ts';
import type { Membership } from './membership.ts';
import type { MemoryBroker } from './memory-broker.ts';
import type { GroupMember } from './memory-groups.ts';
import type { MemoryLink } from './memory-link.ts';

export type JoinedMembership = Membership & {
  readonly generation: number;
  /** Partitions sought since their last fetch: what that one brought is stale. */
  readonly sought: Set<string>;
};

export type MemoryMember = {
  /** The group's present order for this member, with the positions to begin at. */
  join(): Promise<JoinedMembership>;
  /** Throws WeirError partition_revoked once the group has moved on, and marks the membership as lost. */
  heartbeat(mine: JoinedMembership): Promise<void>;
  commit(mine: JoinedMembership, position: Parameters<MemoryBroker['groups']['commit']>[1]): Promise<void>;
  /** Leaves the group. Never throws: who is not heard is dropped when its session times out. */
  leave(): Promise<void>;
  /** When the group's coordinator last answered. */
  lastAliveMs(): number;
  readonly heartbeatEveryMs: number;
};

const defaultSessionTimeoutMs = 30_000;
const maxHeartbeatIntervalMs = 3_000;

export const noJoinedMembership = (): JoinedMembership => ({
  ...noMembership(),
  generation: 0,
  sought: new Set(),
});

/** One consumer as a member of its group, over a broker in memory. */
export const createMemoryMember = (
  broker: MemoryBroker,
  link: MemoryLink,
  options: Pick<ConsumerOptions, 'groupId' | 'topics' | 'sessionTimeoutMs'>,
): MemoryMember => {
  const { groupId, topics, sessionTimeoutMs = defaultSessionTimeoutMs } = options;
  const member: GroupMember = { groupId, topics, sessionTimeoutMs };
  let lastAliveMs = link.nowMs();

  const positions = (): Map<string, number> =>
    new Map(
      topics.flatMap((topic) =>
        broker.groups
          .positions(groupId, topic)
          .map(({ partition, next = 0 }) => [nameOf({ topic, partition }), next] as const),
      ),
    );

  return {
    join: async () => {
      const { generation, assigned } = await link.request('join', () => broker.groups.join(member));
      const begins = await link.request('positions', positions);
      lastAliveMs = link.nowMs();
      return { generation, assigned, positions: begins, isLost: false, sought: new Set() };
    },
    heartbeat: async (mine) => {
      try {
        await link.request('heartbeat', () => broker.groups.heartbeat(member, mine.generation));
        lastAliveMs = link.nowMs();
      } catch (error) {
        // A lost connection is not a lost partition: whoever is at work may finish, and joins again after.
        if (error instanceof WeirError && error.code === 'partition_revoked') mine.isLost = true;
        throw error;
      }
    },
    commit: (mine, position) =>
      link.request('commit position', () => {
        broker.groups.heartbeat(member, mine.generation);
        broker.groups.commit(groupId, position);
      }),
    leave: () => link.request('leave', () => broker.groups.leave(member)).catch(() => undefined),
    lastAliveMs: () => lastAliveMs,
    heartbeatEveryMs: Math.min(maxHeartbeatIntervalMs, Math.floor(sessionTimeoutMs / 3)),
  };
};
