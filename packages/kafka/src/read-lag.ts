import type { KafkaAdmin } from './admin.ts';
import type { PartitionLag } from './consumer-types.ts';
import { positionOf } from './membership.ts';
import type { Membership } from './membership.ts';

export type LagAdmin = Pick<KafkaAdmin, 'offsets' | 'groupPositions'>;

/**
 * How far a member is behind in each of its partitions. One that has brought no
 * batch yet begins at the committed position, else at the beginning.
 */
export const readLag = async (
  admin: LagAdmin,
  groupId: string,
  membership: Membership,
): Promise<readonly PartitionLag[]> => {
  const topics = [...new Set(membership.assigned.map(({ topic }) => topic))];
  const lags: PartitionLag[] = [];
  for (const topic of topics) {
    const [offsets, committed] = [await admin.offsets(topic), await admin.groupPositions(groupId, topic)];
    for (const at of membership.assigned.filter((assigned) => assigned.topic === topic)) {
      const range = offsets.find(({ partition }) => partition === at.partition);
      if (range === undefined) continue;
      const start = committed.find(({ partition }) => partition === at.partition)?.next ?? range.earliest;
      const next = positionOf(membership, at) ?? start;
      lags.push({ ...at, next, end: range.end, lag: Math.max(0, range.end - next) });
    }
  }
  return lags;
};
