import { setImmediate as breathe } from 'node:timers/promises';
import { streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { Ops } from '../../../packages/cli/src/ops/connect-ops.ts';
import { emptyPart } from '../../history-checks/history.ts';
import type { HistoryPart } from '../../history-checks/history.ts';
import { readers } from '../../history-checks/readers.ts';
import type { Reading } from '../../history-checks/readers.ts';

/** Up to where each partition of each stream has been read. */
export type ReadPositions = Readonly<Partial<Record<StreamName, ReadonlyMap<number, number>>>>;

const readStreams = ['received', 'decisions', 'cleared', 'held', 'rejected', 'releases', 'alerts'] as const;
type ReadStream = (typeof readStreams)[number];

const deadlineMs = 120_000;
/** Opened together: few enough that nothing else waits long. */
const openedTogether = 250;

/**
 * Reads what a read_committed reader sees of every topic from `after` on, or
 * from the beginning, and answers it with how far it has read.
 */
export async function readHistory(
  observer: Ops,
  after: ReadPositions,
  only: readonly ReadStream[] = readStreams,
): Promise<{ readonly part: HistoryPart; readonly positions: ReadPositions }> {
  const part: Reading = structuredClone(emptyPart) as Reading;
  const read = await Promise.all(
    only.map(async (stream) => [stream, await readStream(observer, stream, after[stream], part)] as const),
  );
  return { part, positions: { ...after, ...Object.fromEntries(read) } };
}

async function readStream(
  observer: Ops,
  stream: ReadStream,
  after: ReadonlyMap<number, number> | undefined,
  into: Reading,
): Promise<ReadonlyMap<number, number>> {
  const { topic } = streams[stream];
  const offsets = await observer.kafka.offsets(topic);
  const until = new Map(offsets.map(({ partition, end }) => [partition, end]));
  const records: KafkaRecord[] = [];
  await observer.kafka.readRange({
    topic,
    from: after ?? 'earliest',
    until,
    readCommitted: true,
    deadlineMs,
    onRecord: (record) => void records.push(record),
  });
  const opening = { opener: observer.opener, stream, environment: observer.environment };
  for (let at = 0; at < records.length; at += openedTogether) {
    const some = records.slice(at, at + openedTogether);
    const opened = await openEvents(opening, some);
    some.forEach((record, index) => {
      const one = opened[index];
      if (one !== undefined) readers[stream](record, one, into);
    });
    await breathe();
  }
  return until;
}

/** The parts behind each other. */
export const joinHistory = (parts: readonly HistoryPart[]): HistoryPart => ({
  log: parts.flatMap(({ log }) => log),
  published: parts.flatMap(({ published }) => published),
  rejected: parts.flatMap(({ rejected }) => rejected),
  journal: parts.flatMap(({ journal }) => journal),
  approvals: parts.flatMap(({ approvals }) => approvals),
  alerts: parts.flatMap(({ alerts }) => alerts),
  unreadable: parts.flatMap(({ unreadable }) => unreadable),
});
