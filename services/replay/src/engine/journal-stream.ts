import { decodePayload, events, streams, WeirError } from '@weir/contracts';
import type { Decision, JournalRecord } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { ReplayPlan } from '@weir/replays';
import type { LogState } from '@weir/verdicts';
import { createRecordStream } from './record-stream.ts';
import type { RecordStream } from './record-stream.ts';
import type { ReplayParts } from './replay-parts.ts';

const { topic } = streams.decisions;

/**
 * How far before the time of a record of the log its journal record is first looked for, since the clocks of broker
 * and worker differ; and then, where it was written even earlier than that, anywhere.
 */
const clocksDifferByMs = [60_000, Infinity] as const;

/** A journal record accounts for up to some hundred records of the log, so a few of them are enough at a time. */
const chunkOffsets = 20;

type JournalParts = Pick<ReplayParts, 'kafka' | 'opener' | 'environment'>;

/** What the journal says of a record, and the journal record that does. */
export type Journalled = { readonly journal: JournalRecord; readonly decision: Decision | undefined };

/** The journal of one partition, read forwards. */
export type JournalStream = {
  /** What is in force at the first offset it covers. */
  readonly log: LogState;
  /** What became of the record at an offset: none is asked for twice, nor one before another. */
  readonly at: (offset: number) => Promise<Journalled>;
  /** The same without waiting, where the journal record that covers the offset was read already. */
  readonly ready: (offset: number) => Journalled | undefined;
  readonly close: () => Promise<void>;
};

/** What a journal record says was in force when it was written, and behind it. */
export const logStateOf = (journal: JournalRecord, partitionCount: number): LogState => {
  const { logId, versions, model, lists, candidate, sequence = 0 } = journal;
  return {
    ...{ logId, partitionCount, versions, sequence },
    ...(model === undefined ? {} : { model }),
    ...(lists === undefined ? {} : { lists }),
    ...(candidate === undefined ? {} : { candidate }),
  };
};

/**
 * Opens the journal of a partition at the record that covers the first record of the log that is to be judged.
 * Throws WeirError `log_truncated` where the journal no longer has it, and `log_other` where it is another log's.
 */
export async function openJournal(
  parts: JournalParts,
  plan: Pick<ReplayPlan, 'logId'>,
  first: Pick<KafkaRecord, 'partition' | 'offset' | 'timestampMs'>,
  signal: AbortSignal,
): Promise<JournalStream> {
  const { partition, offset } = first;
  const offsets = await parts.kafka.offsets(topic);
  const whole = offsets.find((one) => one.partition === partition);
  for (const earlierMs of clocksDifferByMs) {
    const from = await startAt(parts, partition, first.timestampMs - earlierMs, whole?.earliest ?? 0);
    const end = whole?.end ?? 0;
    const records = createRecordStream(parts.kafka, {
      topic,
      partition,
      from,
      until: end,
      chunkOffsets,
      signal,
    });
    const reader = createJournalReader(parts, plan.logId, partition, records);
    const journal = await reader.covering(offset).catch(async (error: unknown) => {
      await records.close();
      throw error;
    });
    if (journal !== undefined)
      return {
        log: logStateOf(journal, offsets.length),
        at: async (wanted) => {
          const found = await reader.covering(wanted);
          if (found === undefined) throw notCovered(partition, wanted);
          return { journal: found, decision: reader.decisionAt(wanted) };
        },
        ready: (wanted) => {
          const found = reader.current();
          if (found === undefined || found.from > wanted || found.to <= wanted) return undefined;
          return { journal: found, decision: reader.decisionAt(wanted) };
        },
        close: records.close,
      };
    await records.close();
  }
  throw notCovered(partition, offset);
}

const notCovered = (partition: number, offset: number): WeirError =>
  new WeirError('log_truncated', `the journal says nothing (any more) of ${partition}/${offset} of the log`);

async function startAt(
  { kafka }: JournalParts,
  partition: number,
  timeMs: number,
  earliest: number,
): Promise<number> {
  if (timeMs <= 0) return earliest;
  const found = await kafka.offsetsAtTime(topic, timeMs);
  return Math.max(earliest, found.get(partition) ?? earliest);
}

function createJournalReader(parts: JournalParts, logId: string, partition: number, records: RecordStream) {
  let waiting: (() => JournalRecord)[] = [];
  let current: JournalRecord | undefined;
  let decisionIndex = 0;

  /** Reads one after the other, since a chunk of them read at once holds the decisions of thousands of records. */
  const goOn = async (): Promise<boolean> => {
    while (waiting.length === 0) {
      const chunk = await records.next();
      if (chunk === undefined) return false;
      waiting = await openJournals(parts, partition, chunk.records);
    }
    // What can't be read, or is of another log, stays the next one: nobody gets past it by asking again.
    const next = waiting[0]?.();
    if (next?.logId !== logId)
      throw new WeirError('log_other', `the journal of partition ${partition} is that of another log`);
    waiting.shift();
    current = next;
    decisionIndex = 0;
    return true;
  };

  return {
    /** The journal record that covers an offset; undefined where the journal begins behind it, or ends before it. */
    covering: async (offset: number): Promise<JournalRecord | undefined> => {
      for (;;) {
        if (current !== undefined && current.to > offset) return current.from <= offset ? current : undefined;
        if (!(await goOn())) return undefined;
      }
    },
    /** The journal record that the last offset was asked of. */
    current: (): JournalRecord | undefined => current,
    decisionAt: (offset: number): Decision | undefined => {
      const decisions = current?.decisions ?? [];
      while ((decisions[decisionIndex]?.offset ?? Infinity) < offset) decisionIndex += 1;
      const decision = decisions[decisionIndex];
      return decision?.offset === offset ? decision : undefined;
    },
  };
}

/** Opens records of a journal together. What each says is read once it is asked for. */
async function openJournals(
  { opener, environment }: JournalParts,
  partition: number,
  records: readonly KafkaRecord[],
): Promise<(() => JournalRecord)[]> {
  const opened = await openEvents({ opener, environment, stream: 'decisions' }, records);
  return opened.map((one, index) => () => {
    const payload = one.ok ? decodePayload(events.journal, one.plaintext) : undefined;
    // A record isn't bound to its partition: one copied here from another would say another's decisions.
    if (payload?.ok === true && payload.value.partition === partition) return payload.value;
    const { offset } = records[index] as KafkaRecord;
    throw new WeirError('record_unreadable', `${topic}-${partition}/${offset} is no record of its journal`);
  });
}

/**
 * The newest record of a partition's journal; undefined where there is none (yet, or any more). Throws WeirError
 * `record_unreadable` for one that can't be read.
 */
export async function lastJournal(
  parts: JournalParts,
  partition: number,
): Promise<JournalRecord | undefined> {
  const last = await parts.kafka.lastRecord(topic, partition);
  return last === undefined ? undefined : (await openJournals(parts, partition, [last]))[0]?.();
}
