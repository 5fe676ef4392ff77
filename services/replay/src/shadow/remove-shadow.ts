import type { KafkaRecord } from '@weir/kafka';
import { originalOffset } from './copied-headers.ts';
import type { ShadowMark } from './shadow-mark.ts';
import type { ShadowKafka } from './shadow-topic.ts';

const deadlineMs = 60_000;

type Removal = {
  readonly replayId: string;
  readonly topic: string;
  readonly kafka: Pick<ShadowKafka, 'hasTopic' | 'deleteTopic' | 'offsets' | 'readRange'>;
  readonly mark: ShadowMark;
};

/**
 * Removes the topic that a replay has made, where there is one; its mark goes last, so that what a crash interrupts
 * is gone on with. Answers whether a topic was removed. Throws what Kafka and the disk say.
 */
export async function removeShadow(removal: Removal): Promise<boolean> {
  const { topic, kafka, mark } = removal;
  const marked = await mark.read();
  if (marked === undefined) return false;
  const isOurs = (await kafka.hasTopic(topic)) && (marked === 'made' || (await holdsNoOther(removal)));
  if (isOurs) await kafka.deleteTopic(topic);
  await mark.remove();
  return isOurs;
}

/** Of a topic that a run was just about to make when it ended: whether nobody else did, as far as its records say. */
async function holdsNoOther({ replayId, topic, kafka }: Removal): Promise<boolean> {
  const begun = (await kafka.offsets(topic)).filter(({ earliest, end }) => end > earliest);
  let others = 0;
  await kafka.readRange({
    topic,
    from: new Map(begun.map(({ partition, earliest }) => [partition, earliest])),
    until: new Map(begun.map(({ partition, end }) => [partition, end])),
    onRecord: (record: KafkaRecord) => {
      if (originalOffset(replayId, record) === undefined) others += 1;
    },
    readCommitted: true,
    deadlineMs,
  });
  return others === 0;
}
