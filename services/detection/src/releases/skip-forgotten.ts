import { streams } from '@weir/contracts';
import type { KafkaClient } from '@weir/kafka';
import type { ReleaseParts } from './release-parts.ts';

/**
 * Moves the group's positions forward to where the topic begins. Where nobody
 * releases anything for as long as the topic keeps records, its retention takes
 * the marker that a position stands at, and no consumer could begin there. What was
 * approved and not acted on for as long is gone as well, and its transaction stays
 * held. Answers how many partitions that was, whoever moved them; throws WeirError.
 */
export async function skipForgotten(
  parts: Pick<ReleaseParts, 'openTransactions' | 'observe'>,
  kafka: Pick<KafkaClient, 'offsets' | 'groupPositions'>,
  groupId: string,
): Promise<number> {
  const { topic } = streams.releases;
  const positions = await kafka.groupPositions(groupId, topic);
  let forgotten = 0;
  for (const { partition, earliest } of await kafka.offsets(topic)) {
    const next = positions.find((one) => one.partition === partition)?.next;
    if (next === undefined || next >= earliest) continue;
    const transactions = parts.openTransactions(partition);
    try {
      await transactions.fence();
      // Only behind the fence it is certain: another worker may have moved it and gone on, and what was released
      // behind a position that is moved back would be released again.
      const committed = await transactions.committed(topic, partition);
      if ((committed?.next ?? 0) < earliest) {
        await transactions.publish({
          outputs: [],
          source: { topic, partition, next: earliest, metadata: '' },
        });
        parts.observe.skipped(partition, { from: next, to: earliest });
      }
    } finally {
      await transactions.discard();
    }
    forgotten += 1;
  }
  return forgotten;
}
