import { WeirError } from '@weir/contracts';
import { splitByBytes } from '@weir/kafka';
import type { KafkaRecord, Producer } from '@weir/kafka';
import type { ReplayPlan } from '@weir/replays';
import type { CopyTarget, OpenTarget } from '../copy/copy-target.ts';
import { copyOf, originalOffset } from './copied-headers.ts';
import type { ShadowMark } from './shadow-mark.ts';
import { none, shadowEnds, shadowState, stateOf } from './shadow-state.ts';
import type { ShadowEnd, ShadowState } from './shadow-state.ts';
import { makeShadowTopic } from './shadow-topic.ts';
import type { ShadowKafka } from './shadow-topic.ts';

export type ShadowParts = {
  readonly plan: ReplayPlan;
  readonly topic: string;
  readonly kafka: ShadowKafka;
  readonly mark: ShadowMark;
  /** Whether another replay has made this topic, and has not removed it for good. */
  readonly isOfAnother: () => Promise<boolean>;
  readonly keepMs: number;
  readonly nowMs: () => number;
};

/** To read what a run that was killed had appended behind its last checkpoint. */
const readDeadlineMs = 120_000;

/**
 * Copies sealed bytes as they are to a topic of the replay's own, each once: what a run that was killed had appended
 * stands at the end of the topic with the offset of its original, and is not appended again.
 *
 * Opening throws WeirError topic_mismatch where somebody else has made the topic, has removed it or has written to
 * it, and so do `take` and `settle` while it runs; beside it what Kafka says.
 */
export const createShadowTarget = (parts: ShadowParts): CopyTarget => ({
  opens: false,
  open: async (from) => {
    const state = from === undefined ? undefined : shadowState.parse(from);
    const isAdopted = (await claimTopic(parts, state)) === 'adopted';
    const ends = shadowEnds(state, await parts.kafka.topicPartitions(parts.topic));
    let behind: ReadonlyMap<number, Behind>;
    try {
      behind = await catchUp(parts, ends);
    } catch (error) {
      if (isAdopted && isMismatch(error)) throw await notOurs(parts);
      throw error;
    }
    // From here on nobody has to see by its records whose it is.
    if (isAdopted) await parts.mark.write('made');
    return openTarget(parts, { ends, behind }, await parts.kafka.createProducer());
  },
});

const isMismatch = (error: unknown): boolean => error instanceof WeirError && error.code === 'topic_mismatch';

/** Sees to it that the topic is there and this replay's own. `adopted`: made by whom has to be seen by what it holds. */
async function claimTopic(parts: ShadowParts, state: ShadowState | undefined): Promise<'ours' | 'adopted'> {
  const { kafka, mark, topic, plan, keepMs } = parts;
  const marked = await mark.read();
  const wasAsked = marked === 'making';
  const isThere = await kafka.hasTopic(topic);
  if (marked === undefined && (isThere || state !== undefined || (await parts.isOfAnother())))
    throw exists(topic);
  if (marked === 'made' || state !== undefined) {
    if (!isThere) throw mismatch(topic, 'was removed while it was copied to');
    return 'ours';
  }
  if (isThere) return 'adopted';
  // First the mark: a topic that nobody would know to be ours would stay.
  await mark.write('making');
  const made = await makeShadowTopic(kafka, { topic, plan, keepMs, nowMs: parts.nowMs() });
  // It may be what an earlier attempt asked for, whose answer got lost.
  if (made === 'exists' && wasAsked) return 'adopted';
  if (made === 'exists') throw await notOurs(parts);
  await mark.write('made');
  return 'ours';
}

/** Somebody made the topic in the moment before we would have. It is left alone. */
async function notOurs({ mark, topic }: ShadowParts): Promise<WeirError> {
  await mark.remove();
  return exists(topic);
}

const mismatch = (topic: string, what: string): WeirError =>
  new WeirError('topic_mismatch', `topic ${topic} ${what}`);
const exists = (topic: string): WeirError =>
  mismatch(topic, 'exists, and this replay has not made it: plan again with another name');
const foreign = (topic: string): WeirError =>
  mismatch(topic, 'holds records that this replay has not copied there');

/** The originals that stand behind the last checkpoint of a partition, all of them after `since`. */
type Behind = { readonly since: number; readonly originals: Set<number> };

const selectedAnew = (topic: string): WeirError =>
  mismatch(topic, 'holds other records than the plan selects by now: a key went or came back. Run it anew');

/** Takes in what stands behind the last checkpoint, and answers it by partition. */
async function catchUp(
  { kafka, topic, plan: { replayId } }: ShadowParts,
  ends: Map<number, ShadowEnd>,
): Promise<ReadonlyMap<number, Behind>> {
  const behind = new Map(
    [...ends].map(([partition, { copied }]) => [partition, { since: copied, originals: new Set<number>() }]),
  );
  const until = new Map((await kafka.offsets(topic)).map(({ partition, end }) => [partition, end]));
  for (const [partition, { end }] of ends)
    if ((until.get(partition) ?? 0) < end) throw mismatch(topic, 'was made anew while it was copied to');
  const onRecord = (record: KafkaRecord): void => {
    const at = ends.get(record.partition);
    const original = originalOffset(replayId, record);
    if (at === undefined || original === undefined || original <= at.copied) throw foreign(topic);
    at.copied = original;
    behind.get(record.partition)?.originals.add(original);
  };
  await kafka.readRange({
    topic,
    from: new Map([...ends].map(([partition, { end }]) => [partition, end])),
    ...{ until, onRecord, readCommitted: true, deadlineMs: readDeadlineMs },
  });
  for (const [partition, at] of ends) at.end = until.get(partition) ?? at.end;
  return behind;
}

function openTarget(
  { kafka, topic, plan: { replayId } }: ShadowParts,
  { ends, behind }: { readonly ends: Map<number, ShadowEnd>; readonly behind: ReadonlyMap<number, Behind> },
  producer: Producer,
): OpenTarget {
  /** What was copied before has to be what comes again: a filter that looks into records may see others by now. */
  function recognise(partition: number, { copied }: ShadowEnd, records: readonly KafkaRecord[]): void {
    const { since, originals } = behind.get(partition) ?? { since: none, originals: new Set<number>() };
    for (const { offset } of records) {
      if (offset > since && offset <= copied && !originals.delete(offset)) throw selectedAnew(topic);
      if (offset > copied && originals.size > 0) throw selectedAnew(topic);
    }
  }
  async function append(partition: number, at: ShadowEnd, records: readonly KafkaRecord[]): Promise<void> {
    let done = 0;
    for (const run of splitByBytes(records.map((record) => copyOf(replayId, record)))) {
      const { firstOffset } = await producer.append(topic, partition, run);
      // Only we append: anything between was written by somebody else, or by a run that should be dead.
      if (firstOffset !== at.end) throw foreign(topic);
      done += run.length;
      at.end += run.length;
      at.copied = records[done - 1]?.offset ?? at.copied;
    }
  }
  return {
    async take(records) {
      for (const [partition, some] of Map.groupBy(records, ({ record }) => record.partition)) {
        const at = ends.get(partition);
        if (at === undefined) throw mismatch(topic, `has no partition ${partition}`);
        recognise(
          partition,
          { ...at },
          some.map(({ record }) => record),
        );
        const left = some.map(({ record }) => record).filter(({ offset }) => offset > at.copied);
        await append(partition, at, left);
      }
    },
    async settle(isAll) {
      if (isAll === true && [...behind.values()].some(({ originals }) => originals.size > 0))
        throw selectedAnew(topic);
      for (const { partition, end } of await kafka.offsets(topic))
        if (end !== ends.get(partition)?.end) throw foreign(topic);
      return stateOf(ends);
    },
    close: () => producer.close(),
  };
}
