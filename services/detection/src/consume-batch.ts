import { WeirError } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { BatchControl, BatchOutcome, KafkaRecord, RecordBatch } from '@weir/kafka';
import { cutRuns } from './cut-runs.ts';
import type { Run } from './cut-runs.ts';
import { decode } from './decode.ts';
import type { Decoded } from './decode.ts';
import type { DetectionParts } from './detection-parts.ts';
import { createIsolation } from './isolation.ts';
import type { OwnedPartition } from './owned-partition.ts';
import { runStep } from './step.ts';
import { takeOver } from './take-over.ts';

export type BatchConsumer = {
  /** Handles one fetched batch of one partition. Never throws for what a record holds. */
  onBatch(batch: RecordBatch, control: BatchControl): Promise<BatchOutcome>;
  /** Lets go of partitions that now belong to somebody else. */
  release(partitions: readonly number[]): void;
  /** Whether a partition has failed several times in a row: the worker lives, but not all of its work goes on. */
  isStuck(): boolean;
  /** Lets go of all of them, and waits until their producers are gone. */
  close(): Promise<void>;
};

export type BatchConsumerOptions = {
  readonly parts: DetectionParts;
  /** How long to wait before a partition is tried again after its n-th failure in a row, in ms. */
  readonly backoffMs: (failures: number) => number;
  /** Waits until a quiet partition may make its next transaction; bounds how many it makes. */
  readonly pace: (partition: number) => Promise<void>;
  readonly onRetry: (partition: number, error: WeirError, forMs: number) => void;
  readonly onLag: (partition: number, records: number) => void;
};

/** Fewer in a row are the ordinary course of a rebalance or a broker that restarts. */
const stuckAfterFailures = 3;

/**
 * The loop around the step. Owns each partition from its first batch to its
 * release or first error; an error that may pass drops what is in memory, pauses
 * the partition and takes it over again, while the other partitions go on. Any
 * other error is thrown, and ends the process.
 */
export function createBatchConsumer(options: BatchConsumerOptions): BatchConsumer {
  const { parts } = options;
  const owned = new Map<number, OwnedPartition>();
  const failures = new Map<number, number>();
  const isolation = createIsolation(parts.limits.maxRecordsPerRun);
  /** What the consumer was last told to read next: a batch that starts behind it has a true gap before it. */
  const asked = new Map<number, number>();

  async function drop(partition: number): Promise<void> {
    asked.delete(partition);
    const mine = owned.get(partition);
    owned.delete(partition);
    await mine?.transactions.discard();
  }

  async function ownedAt(batch: RecordBatch, first: KafkaRecord): Promise<OwnedPartition> {
    const mine = owned.get(batch.partition);
    if (mine !== undefined) return mine;
    const taken = await takeOver(parts, batch.partition, first);
    owned.set(batch.partition, taken);
    return taken;
  }

  /** A step whose failure is a record's own is made again record by record, until the one is found and refused. */
  async function attempt(mine: OwnedPartition, run: Run, records: readonly KafkaRecord[]): Promise<void> {
    try {
      await runStep(parts, mine, run, records, (offset) => isolation.isRefused(mine.partition, offset));
    } catch (error) {
      if (!(error instanceof WeirError) || error.recovery !== 'deadLetter') throw error;
      if (!isolation.failed(mine.partition, run))
        throw new Error('a refused record could not be refused', { cause: error });
      throw new WeirError('publish_outcome_unknown', 'a record of the run can never be published', {
        cause: error,
      });
    }
  }

  async function process(batch: RecordBatch, control: BatchControl): Promise<BatchOutcome> {
    const { partition } = batch;
    const [first] = batch.records;
    if (first === undefined) return { kind: 'next', next: batch.endOffset };
    const mine = await ownedAt(batch, first);
    if (first.offset > mine.position && asked.get(partition) !== mine.position) {
      asked.set(partition, mine.position);
      return { kind: 'seek', next: mine.position };
    }
    await options.pace(partition);
    const records = batch.records.filter((record) => record.offset >= mine.position);
    const runs = cutRuns(await decodeAll(parts, mine, records), {
      position: mine.position,
      boundaries: [mine.appendFrom, mine.publishFrom],
      maxRecords: isolation.maxRecords(partition, mine.position),
    });
    let done = 0;
    for (const run of runs) {
      if (control.stopping() || control.revoked()) break;
      await attempt(mine, run, records.slice(done, done + run.decoded.length));
      done += run.decoded.length;
      await control.heartbeat();
    }
    failures.delete(partition);
    options.onLag(partition, Math.max(0, batch.highWatermark - mine.position));
    asked.set(partition, mine.position);
    return goOnAt(mine.position, batch, first);
  }

  return {
    async onBatch(batch, control) {
      try {
        return await process(batch, control);
      } catch (error) {
        await drop(batch.partition);
        if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
        const failed = (failures.get(batch.partition) ?? 0) + 1;
        failures.set(batch.partition, failed);
        const forMs = options.backoffMs(failed);
        options.onRetry(batch.partition, error, forMs);
        return { kind: 'pause', next: batch.records[0]?.offset ?? batch.endOffset, forMs };
      }
    },
    release(partitions) {
      for (const partition of partitions) {
        failures.delete(partition);
        void drop(partition);
      }
    },
    isStuck: () => [...failures.values()].some((count) => count >= stuckAfterFailures),
    async close() {
      await Promise.all([...owned.keys()].map((partition) => drop(partition)));
    },
  };
}

/**
 * `next` has to lie behind the batch's first record and within the batch. It
 * doesn't where the partition was lost before its first run, nor where the
 * consumer began far below the position because the group's own was gone.
 */
const goOnAt = (next: number, batch: RecordBatch, first: KafkaRecord): BatchOutcome => ({
  kind: next > first.offset && next <= batch.endOffset ? 'next' : 'seek',
  next,
});

/** Opens and reads records of one partition; a control record of another log is refused like any foreign record. */
async function decodeAll(
  parts: DetectionParts,
  { log }: OwnedPartition,
  records: readonly KafkaRecord[],
): Promise<Decoded[]> {
  const opened = await openEvents({ ...parts.opening, stream: 'received' }, records);
  return records.map((record, index): Decoded => {
    const one = opened[index];
    if (one === undefined) throw new Error('a record was given to the opener and not answered for');
    const decoded = decode(record, one);
    if (decoded.kind !== 'control' || decoded.control.logId === log.logId) return decoded;
    const rejection = { code: 'contract_violation', path: 'logId' } as const;
    return { kind: 'refused', offset: record.offset, rejection };
  });
}
