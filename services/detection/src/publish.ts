import { streams } from '@weir/contracts';
import { sealEvents } from '@weir/envelope';
import type { KafkaRecord, PartitionOutput } from '@weir/kafka';
import { featureNamesOf } from '@weir/scoring';
import type { Run } from './cut-runs.ts';
import { buildOutputs, outputStreams } from '@weir/verdicts';
import type { Decided } from '@weir/verdicts';
import type { DetectionParts } from './detection-parts.ts';
import { encodePositionMetadata } from './position-metadata.ts';
import type { OwnedPartition } from './owned-partition.ts';

/** CloudEvents wants to know who wrote an event. */
const source = '/weir/detection';

/**
 * Seals what a run leaves on the topics. Waits for the KMS at most once per
 * stream and DEK; throws its error, with nothing published.
 */
export async function sealOutputs(
  parts: DetectionParts,
  owned: OwnedPartition,
  run: Run & { readonly decided: readonly Decided[]; readonly records: readonly KafkaRecord[] },
): Promise<PartitionOutput[]> {
  const { partition, log } = owned;
  const events = buildOutputs({
    ...log,
    ...run,
    partition,
    featureNames: featureNamesOf(owned.plan),
    // Offsets without a record may reach from before P to behind it; they are accounted for once.
    from: Math.max(run.from, owned.publishFrom),
  });
  const sealed = outputStreams
    .filter((stream) => events[stream].length > 0)
    .map(async (stream): Promise<PartitionOutput> => {
      const { environment } = parts.opening;
      const records = await sealEvents(
        { sealer: parts.sealers[stream], stream, environment, source },
        events[stream],
      );
      // All workers ask the notary in one partition.
      return { topic: streams[stream].topic, partition: stream === 'intake' ? 0 : partition, records };
    });
  return Promise.all(sealed);
}

/** One Kafka transaction: the outputs and the position behind the run, all or nothing. */
export async function publish(
  owned: OwnedPartition,
  next: number,
  outputs: readonly PartitionOutput[],
): Promise<void> {
  await owned.transactions.publish({
    outputs,
    source: {
      topic: streams.received.topic,
      partition: owned.partition,
      next,
      metadata: encodePositionMetadata(owned.log),
    },
  });
}
