import type { AlertStore } from '@weir/alert-store';
import { streams, WeirError } from '@weir/contracts';
import type { KafkaClient } from '@weir/kafka';
import { inputTopics } from '../intake/input-partition.ts';
import { hasGiven, otherStore, positionOf } from '../relay/outbox-relay.ts';

/** Whether anything was ever taken into the store. */
export async function isEmptyStore(
  store: Pick<AlertStore, 'transaction'>,
  kafka: Pick<KafkaClient, 'topicPartitions'>,
): Promise<boolean> {
  const counts = await Promise.all(inputTopics.map(kafka.topicPartitions));
  return store.transaction(async (rows) => {
    for (const [index, topic] of inputTopics.entries())
      for (let partition = 0; partition < (counts[index] ?? 0); partition += 1)
        if ((await rows.position(topic, partition)) !== undefined) return false;
    return true;
  });
}

/**
 * Refuses a store that doesn't belong to the topics, before anything is taken into it or told from it: an empty
 * one beside alerts that were told, which would take everything in anew under the same ids and revisions, and
 * one that was brought back from before what was published last. The relay asks again, and exactly, once it
 * has shut out others. Throws WeirError store_other, and what the store and Kafka throw.
 */
export async function checkStore(parts: {
  readonly store: Pick<AlertStore, 'transaction' | 'outboxStart' | 'outboxFrom'>;
  readonly kafka: Pick<KafkaClient, 'topicPartitions' | 'offsets' | 'groupPositions'>;
  readonly outboxGroupId: string;
}): Promise<void> {
  const { store, kafka, outboxGroupId } = parts;
  // The topics first: whatever another process publishes meanwhile, it has taken in before.
  const isTold = (await kafka.offsets(streams.alerts.topic)).some(({ end }) => end > 0);
  const positions = await kafka.groupPositions(outboxGroupId, positionOf.topic);
  const published = positions.find(({ partition }) => partition === positionOf.partition)?.next;
  const isBehind = published !== undefined && !(await hasGiven(store, published));
  if ((isTold || isBehind) && (await isEmptyStore(store, kafka)))
    throw new WeirError(
      'store_other',
      'the store of the alerts is empty, and the topics are not: bring the store back, or start once with MODE=rebuild, which fills it from the topics',
    );
  if (isBehind) throw otherStore(published);
}
