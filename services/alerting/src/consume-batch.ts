import { streams, WeirError } from '@weir/contracts';
import type { BatchControl, BatchOutcome, RecordBatch, TopicPartition } from '@weir/kafka';
import type { AlertingParts, Input } from './alerting-parts.ts';
import { ChannelWaits } from './channel.ts';
import type { RunDeliveries } from './deliver.ts';
import { takeOver } from './owned-input.ts';
import type { OwnedInput } from './owned-input.ts';
import { runStep } from './step.ts';

export type BatchConsumer = {
  /** Handles one fetched batch of one input partition. Never throws for what a record holds. */
  onBatch(batch: RecordBatch, control: BatchControl): Promise<BatchOutcome>;
  /** Lets go of partitions that now belong to somebody else. */
  release(partitions: readonly TopicPartition[]): void;
  /** Lets go of all of them, and waits until their producers are gone. */
  close(): Promise<void>;
};

export type BatchConsumerOptions = {
  readonly parts: AlertingParts;
  /**
   * How long to wait, in ms, before a partition is tried again after its n-th failure in a row, where a
   * receiver asked to be left alone for `askedMs`.
   */
  readonly backoffMs: (failures: number, askedMs: number) => number;
  readonly onRetry: (input: Input, error: WeirError, forMs: number) => void;
  /** Called after each batch: how many records are left, and that the partition works. */
  readonly onProgress: (input: Input, lagRecords: number) => void;
  readonly onRelease: (input: Input) => void;
};

/** What is remembered of an input partition while it is this worker's. */
type Place = {
  readonly input: Input;
  owned: OwnedInput | undefined;
  failures: number;
  /** Deliveries whose alerts are not written yet: one run's at most. */
  readonly memory: RunDeliveries;
};

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

/**
 * The loop around the step. Owns each input partition from its first batch to
 * its release or first error; an error that may pass drops its producer, pauses
 * the partition and takes it over again, while the others go on. Any other
 * error is thrown, and ends the process.
 */
export function createBatchConsumer(options: BatchConsumerOptions): BatchConsumer {
  const { parts } = options;
  const places = new Map<string, Place>();
  const goodbyes = new Set<Promise<void>>();

  function placeOf({ topic, partition }: TopicPartition): Place {
    const name = nameOf({ topic, partition });
    const known = places.get(name);
    if (known !== undefined) return known;
    const stream = topic === streams.held.topic ? 'held' : 'rejected';
    const place: Place = {
      input: { stream, partition },
      owned: undefined,
      failures: 0,
      memory: { settled: new Set(), refusals: new Map() },
    };
    places.set(name, place);
    return place;
  }

  function drop(place: Place): Promise<void> {
    const mine = place.owned;
    place.owned = undefined;
    if (mine === undefined) return Promise.resolve();
    const goodbye = mine.transactions.discard().finally(() => goodbyes.delete(goodbye));
    goodbyes.add(goodbye);
    return goodbye;
  }

  async function process(place: Place, batch: RecordBatch, control: BatchControl): Promise<BatchOutcome> {
    const mine = (place.owned ??= await takeOver(parts, place.input));
    const records = batch.records.filter((record) => record.offset >= mine.position);
    const { maxRecordsPerRun } = parts.limits;
    for (let at = 0; at < records.length; at += maxRecordsPerRun) {
      const run = records.slice(at, at + maxRecordsPerRun);
      const stopped = control.stopping() || control.revoked();
      if (stopped || !(await runStep(parts, mine, run, place.memory, control)))
        return { kind: 'seek', next: mine.position };
      place.failures = 0;
      await control.heartbeat();
    }
    const next = Math.max(mine.position, batch.endOffset);
    options.onProgress(place.input, Math.max(0, batch.highWatermark - next));
    return next === batch.endOffset ? { kind: 'next', next } : { kind: 'seek', next };
  }

  return {
    async onBatch(batch, control) {
      const place = placeOf(batch);
      try {
        const outcome = await process(place, batch, control);
        // Released while it was being taken over: nobody else would let go of its producer.
        if (control.revoked()) await drop(place);
        return outcome;
      } catch (error) {
        await drop(place);
        if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
        place.failures += 1;
        const forMs = options.backoffMs(
          place.failures,
          error instanceof ChannelWaits ? error.retryAfterMs : 0,
        );
        // What was released meanwhile is somebody else's to try again.
        if (places.get(nameOf(batch)) === place) options.onRetry(place.input, error, forMs);
        return { kind: 'pause', next: batch.records[0]?.offset ?? batch.endOffset, forMs };
      }
    },
    release(partitions) {
      for (const { topic, partition } of partitions) {
        const name = nameOf({ topic, partition });
        const place = places.get(name);
        if (place === undefined) continue;
        places.delete(name);
        options.onRelease(place.input);
        void drop(place);
      }
    },
    async close() {
      await Promise.all([...places.values()].map(drop));
      await Promise.all(goodbyes);
    },
  };
}
