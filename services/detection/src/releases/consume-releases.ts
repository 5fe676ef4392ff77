import { WeirError } from '@weir/contracts';
import type { BatchControl, BatchOutcome, KafkaRecord, RecordBatch } from '@weir/kafka';
import { createIsolation } from '../isolation.ts';
import { createSetbacks } from '../setbacks.ts';
import type { ReleaseParts } from './release-parts.ts';
import { runReleaseStep } from './release-step.ts';
import { takeOverReleases } from './take-over-releases.ts';
import type { OwnedReleases } from './take-over-releases.ts';

export type ReleaseConsumer = {
  /** Handles one fetched batch of one partition. Never throws for what a record holds. */
  onBatch(batch: RecordBatch, control: BatchControl): Promise<BatchOutcome>;
  /** The partitions that are this worker's from now on, all of them; others are let go. */
  assigned(partitions: readonly number[]): void;
  /** Whether a partition has failed several times in a row. */
  isStuck(): boolean;
  /** Lets go of all of them, and waits until their producers are gone. */
  close(): Promise<void>;
};

export type ReleaseConsumerOptions = {
  readonly parts: ReleaseParts;
  /** How long to wait before a partition is tried again after its n-th failure in a row, in ms. */
  readonly backoffMs: (failures: number) => number;
  readonly onRetry: (partition: number, error: WeirError, forMs: number) => void;
  readonly onLag: (partition: number, records: number) => void;
};

/** A take-over reads what was released before, which may take longer than the group waits. */
const heartbeatEveryMs = 1_000;
const letGoMs = 250;

/**
 * The loop around the step. Releases are rare: a partition is taken over with its
 * first batch, and kept until it is another's or something fails; while the group
 * finds a new order the fence keeps two from writing. An error that
 * may pass drops it and pauses; any other is thrown, and ends the process.
 */
export function createReleaseConsumer(options: ReleaseConsumerOptions): ReleaseConsumer {
  const { parts } = options;
  const setbacks = createSetbacks({ backoffMs: options.backoffMs, nowMs: parts.clock.nowMs });
  const isolation = createIsolation(parts.limits.maxRecordsPerRun);
  const owned = new Map<number, OwnedReleases>();
  const goodbyes = new Set<Promise<void>>();

  function drop(partition: number): Promise<void> {
    const mine = owned.get(partition);
    owned.delete(partition);
    if (mine === undefined) return Promise.resolve();
    const goodbye = mine.transactions.discard().finally(() => goodbyes.delete(goodbye));
    goodbyes.add(goodbye);
    return goodbye;
  }

  async function ownedBy(partition: number, control: BatchControl): Promise<OwnedReleases> {
    const mine = owned.get(partition);
    if (mine !== undefined) return mine;
    const taken = await takeOverReleases(parts, partition);
    if (control.revoked()) {
      // Its next owner fences whatever this one would have written.
      await taken.transactions.discard();
      throw new WeirError('partition_revoked', `partition ${partition} was let go while it was taken over`);
    }
    owned.set(partition, taken);
    return taken;
  }

  /** A step whose failure is a record's own is made again record by record, until the one is found and refused. */
  async function attempt(mine: OwnedReleases, records: readonly KafkaRecord[]): Promise<void> {
    const { partition, position } = mine;
    try {
      await runReleaseStep(parts, mine, records, (offset) => isolation.isRefused(partition, offset));
    } catch (error) {
      if (!(error instanceof WeirError) || error.recovery !== 'deadLetter') throw error;
      const to = (records.at(-1)?.offset ?? position) + 1;
      if (!isolation.failed(partition, { from: position, to, decoded: records }))
        throw new Error('a refused release could not be refused', { cause: error });
      throw new WeirError('publish_outcome_unknown', 'a release of the run can never be published', {
        cause: error,
      });
    }
  }

  async function work(
    batch: RecordBatch,
    control: BatchControl,
    onOwned: (mine: OwnedReleases) => void,
  ): Promise<BatchOutcome> {
    const { partition } = batch;
    const mine = await ownedBy(partition, control);
    onOwned(mine);
    const records = batch.records.filter((record) => record.offset >= mine.position);
    for (let at = 0; at < records.length;) {
      if (control.stopping() || control.revoked()) return { kind: 'seek', next: mine.position };
      const run = records.slice(at, at + isolation.maxRecords(partition, mine.position));
      await attempt(mine, run);
      at += run.length;
      await control.heartbeat();
    }
    setbacks.cleared(partition);
    const next = Math.max(mine.position, batch.endOffset);
    options.onLag(partition, Math.max(0, batch.highWatermark - next));
    return next === batch.endOffset ? { kind: 'next', next } : { kind: 'seek', next };
  }

  return {
    async onBatch(batch, control) {
      const { partition } = batch;
      const next = batch.records[0]?.offset ?? batch.endOffset;
      let goodbye: unknown;
      let working: OwnedReleases | undefined;
      const heartbeat = (): Promise<void> =>
        control.heartbeat().catch((error: unknown) => {
          goodbye = error;
          throw error;
        });
      // A beat that fails in between is seen by the next one, or by the consumer itself.
      const stopBeating = parts.clock.every(heartbeatEveryMs, () => void heartbeat().catch(() => undefined));
      try {
        return await work(batch, { ...control, heartbeat }, (mine) => (working = mine));
      } catch (error) {
        // The group has moved on, between two runs: what is in memory is as true as it was.
        if (error === goodbye) throw error;
        // Let go of while it was being worked on: whatever that led to is no fault, and somebody else's by now.
        if (working !== undefined && owned.get(partition) !== working)
          return { kind: 'pause', next, forMs: letGoMs };
        await drop(partition);
        if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
        const forMs = setbacks.failed(partition);
        options.onRetry(partition, error, forMs);
        return { kind: 'pause', next, forMs };
      } finally {
        stopBeating();
      }
    },
    assigned(partitions) {
      const mine = new Set(partitions);
      setbacks.keepOnly(mine);
      for (const partition of owned.keys()) if (!mine.has(partition)) void drop(partition);
    },
    isStuck: setbacks.isStuck,
    async close() {
      for (const partition of owned.keys()) void drop(partition);
      await Promise.all(goodbyes);
    },
  };
}
