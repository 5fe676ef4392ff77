import { streams } from '@weir/contracts';
import { commitPositions, totalOf } from './bench-log.ts';
import type { BenchStack } from './bench-stack.ts';
import { measureDrain } from './measure-drain.ts';
import type { DrainFigures } from './measure-drain.ts';
import { round } from './process-usage.ts';
import { positionsOf } from './scenario.ts';
import type { Waiting } from './scenario.ts';
import type { BenchSettings } from './settings.ts';
import { startPassthrough } from './workers.ts';
import type { PassthroughBatching } from './workers.ts';
import type { WorkerProcess } from './worker-process.ts';

export const passthroughTopic = 'bench.passthrough.v1';
const groupId = 'bench-passthrough';

export type PassthroughDrain = DrainFigures & {
  readonly batching: PassthroughBatching;
  readonly recordsPerTransaction: number;
};

/** Reads the log's records with a group of its own, and writes to a topic that stands for the verdicts. */
export type PassthroughRunner = {
  readonly start: (batching: PassthroughBatching) => WorkerProcess[];
  /** Drains what waits. Detection may drain the same records before or after. */
  readonly drain: (waiting: Waiting, batching: PassthroughBatching) => Promise<PassthroughDrain>;
  /** Goes on from here when it is started next. */
  readonly seek: (waiting: Pick<Waiting, 'from'>) => Promise<void>;
  /** Where what it writes ends now, over all partitions. */
  readonly writtenEnd: () => Promise<number>;
  /** Of so many records that it passed on since what it wrote ended at `from` and it was started. */
  readonly recordsPerTransaction: (from: number, records: number) => Promise<number>;
};

export async function createPassthroughRunner(
  stack: BenchStack,
  settings: BenchSettings,
  outputBytes: number,
): Promise<PassthroughRunner> {
  const { log } = stack;
  const { partitions } = settings;
  await log.kafka.ensureTopics([
    {
      topic: passthroughTopic,
      partitions,
      replicationFactor: 1,
      config: { 'retention.bytes': '268435456', 'segment.bytes': '67108864', 'max.message.bytes': '8388608' },
    },
  ]);
  const start = (batching: PassthroughBatching): WorkerProcess[] =>
    startPassthrough(
      {
        brokers: stack.roleEnvironment('detection')['KAFKA_BROKERS'] ?? '',
        input: streams.received.topic,
        output: passthroughTopic,
        groupId,
        outputBytes,
      },
      settings,
      batching,
    );
  const writtenEnd = async (): Promise<number> =>
    (await log.kafka.offsets(passthroughTopic)).reduce((sum, { end }) => sum + end, 0);
  const recordsPerTransaction = async (from: number, records: number): Promise<number> => {
    // Each transaction leaves a marker; the first of each partition a record that is aborted, too.
    const transactions = (await writtenEnd()) - from - records - 2 * partitions;
    return round(records / transactions, 1);
  };
  const seek = ({ from }: Pick<Waiting, 'from'>): Promise<void> => commitPositions(log, groupId, from);
  return {
    start,
    seek,
    writtenEnd,
    recordsPerTransaction,
    drain: async (waiting, batching) => {
      await seek(waiting);
      const before = await writtenEnd();
      const figures = await measureDrain({
        startWorkers: () => start(batching),
        positions: () => positionsOf(log, groupId),
        ...waiting,
        warmRecords: settings.warmRecords,
        coldFromRecords: settings.coldFromRecords,
        watched: stack.watched('kafka'),
        deadlineMs: settings.drainDeadlineMs,
      });
      const drained = totalOf(waiting.to) - totalOf(waiting.from);
      return { ...figures, batching, recordsPerTransaction: await recordsPerTransaction(before, drained) };
    },
  };
}
