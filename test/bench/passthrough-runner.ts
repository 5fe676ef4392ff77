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
import type { WorkerProcess } from './worker-process.ts';

export const passthroughTopic = 'bench.passthrough.v1';
const groupId = 'bench-passthrough';

export type PassthroughDrain = DrainFigures & {
  readonly batchMaxRecords: number;
  readonly recordsPerTransaction: number;
};

/** Reads the log's records with a group of its own, and writes to a topic that stands for the verdicts. */
export type PassthroughRunner = {
  readonly start: (batchMaxRecords: number) => WorkerProcess[];
  /** Drains what waits. Detection may drain the same records before or after. */
  readonly drain: (waiting: Waiting, batchMaxRecords: number) => Promise<PassthroughDrain>;
  /** Goes on from here when it is started next. */
  readonly seek: (waiting: Pick<Waiting, 'from'>) => Promise<void>;
};

export async function createPassthroughRunner(
  stack: BenchStack,
  settings: BenchSettings,
  outputBytes: number,
): Promise<PassthroughRunner> {
  const { log } = stack;
  const { processes, batchLingerMs, partitions } = settings;
  await log.kafka.ensureTopics([
    {
      topic: passthroughTopic,
      partitions,
      replicationFactor: 1,
      config: { 'retention.bytes': '268435456', 'segment.bytes': '67108864', 'max.message.bytes': '4194304' },
    },
  ]);
  const start = (batchMaxRecords: number): WorkerProcess[] =>
    startPassthrough(
      {
        brokers: stack.roleEnvironment('detection')['KAFKA_BROKERS'] ?? '',
        input: streams.received.topic,
        output: passthroughTopic,
        groupId,
        outputBytes,
      },
      { processes, batchMaxRecords, batchLingerMs },
    );
  const writtenOffsets = async (): Promise<number> =>
    (await log.kafka.offsets(passthroughTopic)).reduce((sum, { end }) => sum + end, 0);
  const seek = ({ from }: Pick<Waiting, 'from'>): Promise<void> => commitPositions(log, groupId, from);
  return {
    start,
    seek,
    drain: async (waiting, batchMaxRecords) => {
      await seek(waiting);
      const before = await writtenOffsets();
      const figures = await measureDrain({
        startWorkers: () => start(batchMaxRecords),
        positions: () => positionsOf(log, groupId),
        ...waiting,
        warmRecords: settings.warmRecords,
        coldFromRecords: settings.coldFromRecords,
        watched: stack.watched('kafka'),
        deadlineMs: settings.drainDeadlineMs,
      });
      const drained = totalOf(waiting.to) - totalOf(waiting.from);
      // Each transaction leaves a marker; the first of each partition a record that is aborted, too.
      const transactions = (await writtenOffsets()) - before - drained - 2 * partitions;
      return { ...figures, batchMaxRecords, recordsPerTransaction: round(drained / transactions, 1) };
    },
  };
}
