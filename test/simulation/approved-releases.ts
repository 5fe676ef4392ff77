import { encodePayload, events, formatInstant, streams, writeEventHeaders } from '@weir/contracts';
import type { HeldTransaction, Release } from '@weir/contracts';
import type { KafkaRecord, OutgoingRecord } from '@weir/kafka';
import type { Random } from '@weir/simulator';
import { pickAny } from './pick-any.ts';
import { readStream } from './topics.ts';
import { outsideLink } from './world.ts';
import type { World } from './world.ts';

const mostAtOnce = 4;
const people = ['anna', 'bert', 'carl'] as const;

/**
 * Approves the release of some of what is held, some of it again by others, and now
 * and then of something that was never held so: as alerting would seal it.
 */
export const approveReleases = async (world: World, random: Random): Promise<void> => {
  const client = world.kafka.connect(outsideLink);
  const held = (await readStream(client, 'held')).filter(isHeld);
  const producer = await client.createProducer();
  for (let left = 1 + random.below(mostAtOnce); left > 0; left -= 1) {
    const some = pickAny(random, held);
    if (some === undefined) return;
    const { release, partition } = approvalOf(world, random, some);
    world.scheduler.note(`the release of ${some.partition}:${some.offset} is approved in ${partition}`);
    await producer.append(streams.releases.topic, partition, [recordOf(release, some)]);
  }
};

const isHeld = ({ headers }: KafkaRecord): boolean =>
  String(headers['ce_type']) === events.transactionHeld.type;

const approvalOf = (
  world: World,
  random: Random,
  record: KafkaRecord,
): { readonly release: Release; readonly partition: number } => {
  const { sourcePartition, sourceOffset, transaction } = JSON.parse(String(record.value)) as HeldTransaction;
  const requestedBy = random.pick(people);
  const release: Release = {
    tenant: transaction.tenant,
    transactionIdentity: String(record.headers['ce_id']),
    ...{ sourcePartition, sourceOffset, heldOffset: record.offset },
    ...{ requestedBy, approvedBy: 'dora', approvedAt: formatInstant(world.scheduler.nowMs()) },
  };
  const { partition } = record;
  if (!random.chance(0.2)) return { release, partition };
  switch (random.below(3)) {
    case 0:
      return { release: { ...release, heldOffset: record.offset + 1 }, partition };
    case 1:
      return { release: { ...release, sourceOffset: sourceOffset + 1 }, partition };
    default:
      return { release, partition: random.below(world.partitions) };
  }
};

const recordOf = (release: Release, { key }: KafkaRecord): OutgoingRecord => {
  const { type, dataSchema } = events.release;
  const attributes = {
    id: `release-${release.transactionIdentity}`,
    tenant: release.tenant,
    time: release.approvedAt,
    ...{ type, dataSchema },
  };
  return {
    key,
    value: encodePayload(events.release, release),
    headers: writeEventHeaders(attributes, '/weir/alerting'),
  };
};
