import { WeirError } from '@weir/contracts';
import type { BatchControl, BatchOutcome, KafkaRecord, RecordBatch } from '@weir/kafka';
import { decodeAll } from '@weir/verdicts';
import { checkStored } from './check-stored.ts';
import { within } from './clock.ts';
import { cutRuns } from './cut-runs.ts';
import type { Run } from './cut-runs.ts';
import type { DetectionParts } from './detection-parts.ts';
import { createIsolation } from './isolation.ts';
import type { OwnedPartition } from './owned-partition.ts';
import { createOwnedPartitions } from './owned-partitions.ts';
import { readLogOpening } from './read-log-opening.ts';
import { createSetbacks } from './setbacks.ts';
import { runStep } from './step.ts';
import type { StepOutcome } from './step.ts';
import { requireSameLog } from './take-over.ts';

export type BatchConsumer = {
  /** Handles one fetched batch of one partition. Never throws for what a record holds. */
  onBatch(batch: RecordBatch, control: BatchControl): Promise<BatchOutcome>;
  /**
   * The partitions that are this worker's from now on, all of them. Those it had keep what is in
   * memory, the others are let go; new ones are taken over at once, whether or not a record waits.
   */
  assigned(partitions: readonly number[]): void;
  /** The group is finding a new order: what this worker has may soon be another's. */
  revoked(): void;
  /** Looks at the partitions nothing arrives for: whether their windows are still as this worker left them. */
  check(): Promise<void>;
  /** The partitions that are this worker's now, as they are. */
  owned(): readonly Readonly<OwnedPartition>[];
  /** Has the windows of a partition rebuilt from the log: they are not what it says. */
  distrust(owned: Readonly<OwnedPartition>): Promise<void>;
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
  /** Has the consumer go on reading a partition there, where no batch could say so. */
  readonly seek: (partition: number, next: number) => void;
  /** Told of an error that no batch could throw: the process has to end. */
  readonly onCrash: (error: unknown) => void;
  readonly onRetry: (partition: number, error: WeirError, forMs: number) => void;
  readonly onLag: (partition: number, records: number) => void;
};

/** kafkajs tells the group that it lives only when asked, and a step may take longer than the group waits. */
const heartbeatEveryMs = 1_000;

/** So long a batch waits for its partition's take-over, and then makes room for the other partitions. */
const takeoverPatienceMs = 500;
const stillTakingOverMs = 250;

/** Work on one batch stops after so long, between two runs: the rest of it is fetched again. */
const workPerBatchMs = 2_000;

/**
 * The loop around the step. Owns each partition from its assignment, or its first
 * batch, to its release or first error; an error that may pass drops what is in
 * memory, pauses the partition and takes it over again, while the other
 * partitions go on. Any other error is thrown, and ends the process.
 */
export function createBatchConsumer(options: BatchConsumerOptions): BatchConsumer {
  const { parts } = options;
  const { clock } = parts;
  const partitions = createOwnedPartitions(parts);
  const setbacks = createSetbacks({ backoffMs: options.backoffMs, nowMs: clock.nowMs });
  const isolation = createIsolation(parts.limits.maxRecordsPerRun);
  /** What the consumer was last told to read next: a batch that starts behind it has a true gap before it. */
  const asked = new Map<number, number>();
  const atWork = new Set<number>();
  /** Partitions that failed with a batch at hand, which comes again: nobody else has to try for them. */
  const comingBack = new Set<number>();
  let mine: ReadonlySet<number> = new Set();

  async function drop(partition: number, error?: unknown): Promise<void> {
    asked.delete(partition);
    const isDamage = error instanceof WeirError && error.code === 'windows_damaged';
    await (isDamage ? partitions.dropDamaged(partition) : partitions.drop(partition));
  }

  /** What to do about an error of a partition that is dropped already: for how long to leave it, unless it ends the process. */
  function leaveFor(partition: number, error: unknown): number {
    if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
    const forMs = setbacks.failed(partition);
    options.onRetry(partition, error, forMs);
    return forMs;
  }

  /** Takes over a partition that no batch waits for. */
  async function takeInBackground(partition: number): Promise<void> {
    if (!mine.has(partition)) return;
    const taken = await partitions.take(partition);
    if (!mine.has(partition) || atWork.has(partition)) return;
    switch (taken.kind) {
      case 'owned':
        asked.set(partition, taken.owned.position);
        options.seek(partition, taken.owned.position);
        return;
      case 'unnamed':
        return;
      case 'failed':
        leaveFor(partition, taken.error);
    }
  }

  const inBackground = (work: Promise<void>): void => void work.catch(options.onCrash);

  /** Has the consumer read on where the partition stands, if it is this worker's; it begins at the group's position. */
  function goOnWith(partition: number): void {
    const owned = partitions.get(partition);
    // A rebuild under way has not come to the group's position yet.
    if (owned === undefined) inBackground(takeInBackground(partition));
    else if (mine.has(partition)) options.seek(partition, owned.position);
  }

  /** A step whose failure is a record's own is made again record by record, until the one is found and refused. */
  async function attempt(
    owned: OwnedPartition,
    run: Run,
    records: readonly KafkaRecord[],
  ): Promise<StepOutcome> {
    try {
      return await runStep(parts, owned, run, records, (offset) =>
        isolation.isRefused(owned.partition, offset),
      );
    } catch (error) {
      if (!(error instanceof WeirError) || error.recovery !== 'deadLetter') throw error;
      if (!isolation.failed(owned.partition, run))
        throw new Error('a refused record could not be refused', { cause: error });
      throw new WeirError('publish_outcome_unknown', 'a record of the run can never be published', {
        cause: error,
      });
    }
  }

  async function work(owned: OwnedPartition, batch: RecordBatch, control: BatchControl): Promise<void> {
    const { partition } = batch;
    const records = batch.records.filter((record) => record.offset >= owned.position);
    const runs = cutRuns(await decodeAll(parts, owned.log, records), {
      position: owned.position,
      boundaries: [owned.appendFrom, owned.publishFrom],
      maxRecords: isolation.maxRecords(partition, owned.position),
    });
    const stopAtMs = clock.nowMs() + workPerBatchMs;
    let done = 0;
    for (const run of runs) {
      if (control.stopping() || control.revoked()) return;
      if (partitions.get(partition) !== owned)
        throw new WeirError('partition_revoked', `partition ${partition} was let go while it was worked on`);
      if (done > 0 && clock.nowMs() >= stopAtMs) return;
      const outcome = await attempt(owned, run, records.slice(done, done + run.decoded.length));
      done += run.decoded.length;
      if (outcome === 'otherWindows') {
        await drop(partition);
        inBackground(takeInBackground(partition));
        return;
      }
      await control.heartbeat();
    }
  }

  async function process(
    batch: RecordBatch,
    control: BatchControl,
    onOwned: (owned: OwnedPartition) => void,
  ): Promise<BatchOutcome> {
    const { partition } = batch;
    const [first] = batch.records;
    if (first === undefined) return { kind: 'next', next: batch.endOffset };
    const taken = await within(clock, takeoverPatienceMs, partitions.take(partition, first));
    if (taken?.kind === 'failed') throw taken.error;
    if (taken?.kind !== 'owned') {
      inBackground(takeInBackground(partition));
      return { kind: 'pause', next: first.offset, forMs: stillTakingOverMs };
    }
    const { owned } = taken;
    onOwned(owned);
    // The topic may have been made anew since it was taken over; what begins it says so.
    if (first.offset === 0) requireSameLog(partition, owned.log, await readLogOpening(parts, first));
    if (first.offset > owned.position && asked.get(partition) !== owned.position) {
      asked.set(partition, owned.position);
      return { kind: 'seek', next: owned.position };
    }
    await options.pace(partition);
    await work(owned, batch, control);
    setbacks.cleared(partition);
    options.onLag(partition, Math.max(0, batch.highWatermark - owned.position));
    asked.set(partition, owned.position);
    return goOnAt(owned.position, batch, first);
  }

  return {
    async onBatch(batch, control) {
      const { partition } = batch;
      const next = batch.records[0]?.offset ?? batch.endOffset;
      // A batch of the membership before may still be at its last run.
      if (atWork.has(partition)) return { kind: 'pause', next, forMs: stillTakingOverMs };
      let goodbye: unknown;
      let working: OwnedPartition | undefined;
      let isLeft = false;
      const heartbeat = (): Promise<void> =>
        control.heartbeat().catch((error: unknown) => {
          goodbye = error;
          throw error;
        });
      // A beat that fails in between is seen by the next one, or by the consumer itself.
      const stopBeating = clock.every(heartbeatEveryMs, () => void heartbeat().catch(() => undefined));
      atWork.add(partition);
      comingBack.delete(partition);
      try {
        return await process(batch, { ...control, heartbeat }, (owned) => (working = owned));
      } catch (error) {
        // The group has moved on, between two runs: what is in memory is as true as it was.
        if (error === goodbye) throw error;
        // Let go of while it was being worked on: whatever that led to is no fault, and somebody else's by now.
        if (working !== undefined && partitions.get(partition) !== working)
          return { kind: 'pause', next, forMs: stillTakingOverMs };
        await drop(partition, error);
        const forMs = leaveFor(partition, error);
        isLeft = true;
        // A membership that is over hears no outcome: what comes next is not this batch.
        if (!control.revoked()) comingBack.add(partition);
        return { kind: 'pause', next, forMs };
      } finally {
        stopBeating();
        atWork.delete(partition);
        if (control.revoked() && !isLeft) goOnWith(partition);
      }
    },
    assigned(assigned) {
      mine = new Set(assigned);
      asked.clear();
      comingBack.clear();
      setbacks.keepOnly(mine);
      for (const partition of partitions.partitions())
        if (!mine.has(partition)) inBackground(drop(partition));
      for (const partition of assigned) goOnWith(partition);
    },
    revoked() {
      mine = new Set();
    },
    async check() {
      const idle = [...mine].filter((partition) => !atWork.has(partition));
      await Promise.all(
        idle.map(async (partition) => {
          const owned = partitions.get(partition);
          if (owned === undefined) {
            if (setbacks.isDue(partition) && !comingBack.has(partition)) await takeInBackground(partition);
            return;
          }
          if ((await checkStored(parts, owned)) || partitions.get(partition) !== owned) return;
          await drop(partition);
          await takeInBackground(partition);
        }),
      );
    },
    owned: () => partitions.all(),
    async distrust(owned) {
      // While the group finds a new order, the partition may be another's already.
      if (partitions.get(owned.partition) !== owned || !mine.has(owned.partition)) return;
      asked.delete(owned.partition);
      await partitions.dropDamaged(owned.partition);
      await takeInBackground(owned.partition);
    },
    isStuck: setbacks.isStuck,
    async close() {
      mine = new Set();
      await Promise.all(partitions.partitions().map((partition) => drop(partition)));
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
