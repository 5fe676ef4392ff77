import type { GroupPosition, PartitionOffsets } from '@weir/kafka';
import { fail, ok, skipped, warn } from '../check.ts';
import type { Check } from '../check.ts';
import { limits } from '../limits.ts';
import { grouped } from '../../terminal/table.ts';

export type GroupFacts = {
  readonly groupId: string;
  readonly topic: string;
  readonly positions: readonly GroupPosition[];
  readonly offsets: readonly PartitionOffsets[];
};

/** Where one group stands in one topic. A position outside the log is told before any lag. */
export function judgeGroup({ groupId, topic, positions, offsets }: GroupFacts): Check {
  const about = ['groups.positions', `${groupId}/${topic}`] as const;
  const next = new Map(positions.map((position) => [position.partition, position.next]));
  const where = (chosen: readonly PartitionOffsets[]): string =>
    chosen.map(({ partition }) => partition).join(', ');
  const holds = offsets.filter(({ earliest, end }) => end > earliest);
  if (offsets.length === 0) return skipped(about, 'there is no such topic');

  const beyond = offsets.filter(({ partition, end }) => (next.get(partition) ?? 0) > end);
  const before = offsets.filter(({ partition, earliest }) => (next.get(partition) ?? earliest) < earliest);
  if (beyond.length > 0 || before.length > 0) {
    const what =
      beyond.length > 0
        ? `stands beyond the end of partitions ${where(beyond)}`
        : `records of partitions ${where(before)} were deleted before they were read`;
    return fail(about, what, 'Follow docs/runbooks/log-truncated.md; do not reset the group by hand.');
  }
  const without = holds.filter(({ partition }) => next.get(partition) === undefined);
  if (without.length > 0) {
    return warn(
      about,
      `has committed nothing for partitions ${where(without)}, which hold records`,
      `Start the worker of group ${groupId}; where it runs, look at its log for what holds it up.`,
    );
  }
  const lag = holds.reduce((sum, { partition, end }) => sum + end - (next.get(partition) ?? end), 0);
  const what = `${grouped(lag)} offsets behind in ${offsets.length} partitions, markers of transactions among them`;
  return lag > limits.lagWarnRecords
    ? warn(
        about,
        what,
        `Start more workers of group ${groupId}, up to one for each partition, or see what slows it.`,
      )
    : ok(about, what);
}
