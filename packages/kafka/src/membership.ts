import { nameOf } from './consumer-types.ts';
import type { TopicPartition } from './consumer-types.ts';

/** What a member knows between two joins of its group; a join replaces it as a whole. */
export type Membership = {
  readonly assigned: readonly TopicPartition[];
  /** The next offset to read of each partition that has been read, by its name. */
  readonly positions: Map<string, number>;
  /** True from the moment the group is known to have moved on. */
  isLost: boolean;
  /** What kafkajs was told of it, so that it can be told again. */
  lostBy?: unknown;
};

export const noMembership = (): Membership => ({ assigned: [], positions: new Map(), isLost: true });

export const joinMembership = (assignment: Readonly<Record<string, readonly number[]>>): Membership => ({
  assigned: Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition })),
  ),
  positions: new Map(),
  isLost: false,
});

export const positionOf = (membership: Membership, at: TopicPartition): number | undefined =>
  membership.positions.get(nameOf(at));
