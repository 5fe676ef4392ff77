import { streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { LearnerParts } from './learner-parts.ts';

const readDeadlineMs = 60_000;

type Opened = Awaited<ReturnType<typeof openEvents>>[number];

export type Reading = {
  readonly stream: StreamName;
  readonly from: ReadonlyMap<number, number>;
  readonly until: ReadonlyMap<number, number>;
  /** So many records are held and opened together; each may be a megabyte. */
  readonly openAtATime: number;
  /** In the order of a partition. */
  readonly onOpened: (opened: Opened, record: KafkaRecord) => void;
};

/** Reads and opens a stretch of a stream's committed records, with never more of it in memory than is opened together. */
export async function readOpened(
  { kafka, opening, signal }: Pick<LearnerParts, 'kafka' | 'opening' | 'signal'>,
  { stream, from, until, openAtATime, onOpened }: Reading,
): Promise<void> {
  let waiting: KafkaRecord[] = [];
  const openWaiting = async (): Promise<void> => {
    const records = waiting;
    waiting = [];
    const opened = await openEvents({ ...opening, stream }, records);
    opened.forEach((one, index) => onOpened(one, records[index] as KafkaRecord));
  };
  await kafka.readRange({
    topic: streams[stream].topic,
    from,
    until,
    readCommitted: true,
    deadlineMs: readDeadlineMs,
    ...(signal === undefined ? {} : { signal }),
    onRecord: async (record) => {
      waiting.push(record);
      if (waiting.length >= openAtATime) await openWaiting();
    },
  });
  await openWaiting();
}
