import { streams } from '@weir/contracts';
import { openEvents, sealEvents } from '@weir/envelope';
import type { OpenedEvent } from '@weir/envelope';
import type { KafkaRecord, PartitionOutput } from '@weir/kafka';
import { buildReleaseOutputs } from './build-release-outputs.ts';
import { openReleases } from './open-releases.ts';
import { releaseOutputStreams } from './release-parts.ts';
import type { ReleaseParts } from './release-parts.ts';
import { heldOffsetsOf, refuseSome, settleReleases } from './settle-releases.ts';
import type { OwnedReleases } from './take-over-releases.ts';

/** CloudEvents wants to know who wrote an event. */
const source = '/weir/detection';

/**
 * One step: reads a run of releases, looks at the held records that they name,
 * and writes what is let go, what is refused and the position in one Kafka
 * transaction. After any error the partition has to be taken over again: what
 * is remembered of it may be ahead of what was published.
 */
export async function runReleaseStep(
  parts: ReleaseParts,
  owned: OwnedReleases,
  records: readonly KafkaRecord[],
  isRefused: (offset: number) => boolean,
): Promise<void> {
  const { partition, memory } = owned;
  const last = records.at(-1);
  if (last === undefined) return;
  const read = refuseSome(records, await openReleases(parts, records), isRefused);
  const held = await openHeld(parts, partition, heldOffsetsOf(read, memory));
  const settled = settleReleases(read, held, memory);
  const events = buildReleaseOutputs(records, settled);
  const { environment } = parts.opening;
  const outputs = await Promise.all(
    releaseOutputStreams
      .filter((stream) => events[stream].length > 0)
      .map(async (stream): Promise<PartitionOutput> => ({
        topic: streams[stream].topic,
        // All workers ask the notary in one partition.
        partition: stream === 'intake' ? 0 : partition,
        records: await sealEvents(
          { sealer: parts.sealers[stream], stream, environment, source },
          events[stream],
        ),
      })),
  );
  const next = last.offset + 1;
  await owned.transactions.publish({
    outputs,
    source: { topic: streams.releases.topic, partition, next, metadata: '' },
  });
  owned.position = next;
  parts.observe.stepDone(partition, settled);
}

async function openHeld(
  parts: ReleaseParts,
  partition: number,
  offsets: readonly number[],
): Promise<ReadonlyMap<number, OpenedEvent>> {
  if (offsets.length === 0) return new Map();
  const records = [...(await parts.readHeld(partition, offsets)).values()];
  const opened = await openEvents({ ...parts.opening, stream: 'held' }, records);
  return new Map(records.map(({ offset }, index) => [offset, opened[index] as OpenedEvent]));
}
