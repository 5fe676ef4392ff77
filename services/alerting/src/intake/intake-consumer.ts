import { WeirError } from '@weir/contracts';
import type { BatchControl, BatchOutcome, RecordBatch, TopicPartition } from '@weir/kafka';
import { inputOf, nameOfInput } from './input-partition.ts';
import type { Input } from './input-partition.ts';
import type { ReadPosition } from './positions.ts';
import type { Run } from './take-in-run.ts';

export type IntakeConsumer = {
  /** Handles one fetched batch of one input partition. Never throws for what a record holds. */
  onBatch(batch: RecordBatch, control: BatchControl): Promise<BatchOutcome>;
  /**
   * Where to read a partition on that nothing has been handed over of, since its position in the store may
   * lie before the one the group has committed. Throws what reading the position throws.
   */
  place(at: TopicPartition): Promise<number>;
  /** Forgets partitions that now belong to somebody else. */
  release(partitions: readonly TopicPartition[]): void;
};

export type IntakeConsumerOptions = {
  readonly readPosition: (input: Input) => Promise<ReadPosition>;
  /**
   * Takes a run of records in, and moves the stored position from `from` to `next`, all or nothing. May leave
   * one whose partition `isLost` before it has begun to change the store.
   */
  readonly takeIn: (
    input: Input,
    run: Run,
    isLost: () => boolean,
  ) => Promise<{ readonly kind: 'taken' | 'moved' | 'left' }>;
  readonly maxRecordsPerRun: number;
  /** How long to wait, in ms, before a partition is tried again after its n-th failure in a row. */
  readonly backoffMs: (failures: number) => number;
  readonly onPlaced: (input: Input, position: ReadPosition) => void;
  readonly onRetry: (input: Input, error: WeirError, forMs: number) => void;
  /** Called after each batch: how many records are left, and that the partition works. */
  readonly onProgress: (input: Input, lagRecords: number) => void;
  readonly onRelease: (input: Input) => void;
};

/** What is remembered of an input partition while it is this worker's. */
type Place = {
  readonly input: Input;
  /** As the store had it last; undefined until it was read, and after anything went wrong. */
  position: ReadPosition | undefined;
  /** The offset that the next batch was fetched from, as this worker asked for it; undefined before it did. */
  fetchedFrom: number | undefined;
  failures: number;
};

/**
 * The loop around the intake. What is remembered of a position only saves asking: the store checks it with
 * every run, so that whatever this worker believes, nothing is taken in twice and nothing left out.
 */
export function createIntakeConsumer(options: IntakeConsumerOptions): IntakeConsumer {
  const places = new Map<string, Place>();

  function placeOf(at: TopicPartition): Place {
    const input = inputOf(at);
    const known = places.get(nameOfInput(input));
    if (known !== undefined) return known;
    const place: Place = { input, position: undefined, fetchedFrom: undefined, failures: 0 };
    places.set(nameOfInput(input), place);
    return place;
  }

  async function positionOf(place: Place): Promise<ReadPosition> {
    if (place.position !== undefined) return place.position;
    const position = await options.readPosition(place.input);
    place.position = position;
    options.onPlaced(place.input, position);
    return position;
  }

  async function process(place: Place, batch: RecordBatch, control: BatchControl): Promise<BatchOutcome> {
    let position = await positionOf(place);
    // Offsets left out between where it was fetched from and the first record are those of markers.
    if ((place.fetchedFrom ?? firstOffset(batch)) > position.next)
      return { kind: 'seek', next: position.next };
    const isLost = (): boolean => control.stopping() || control.revoked();
    const records = batch.records.filter(({ offset }) => offset >= position.next);
    for (let at = 0; at < records.length; at += options.maxRecordsPerRun) {
      if (isLost()) return { kind: 'seek', next: position.next };
      const run = records.slice(at, at + options.maxRecordsPerRun);
      const isLast = at + run.length === records.length;
      const next = isLast ? batch.endOffset : (run.at(-1)?.offset ?? batch.endOffset) + 1;
      const outcome = await options.takeIn(
        place.input,
        { from: position.stored, next, records: run },
        isLost,
      );
      if (outcome.kind === 'left') return { kind: 'seek', next: position.next };
      if (outcome.kind === 'moved') {
        place.position = undefined;
        return { kind: 'seek', next: (await positionOf(place)).next };
      }
      position = { stored: next, next, missing: 0 };
      place.position = position;
      place.failures = 0;
      await control.heartbeat();
    }
    const next = Math.max(position.next, batch.endOffset);
    options.onProgress(place.input, Math.max(0, batch.highWatermark - next));
    await follow(control, next);
    return next === batch.endOffset ? { kind: 'next', next } : { kind: 'seek', next };
  }

  return {
    async onBatch(batch, control) {
      const place = placeOf(batch);
      try {
        const outcome = await process(place, batch, control);
        place.fetchedFrom = outcome.next;
        return outcome;
      } catch (error) {
        place.position = undefined;
        place.fetchedFrom = undefined;
        if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
        place.failures += 1;
        const forMs = options.backoffMs(place.failures);
        // What was released meanwhile is somebody else's to try again.
        if (places.get(nameOfInput(place.input)) === place) options.onRetry(place.input, error, forMs);
        return { kind: 'pause', next: firstOffset(batch), forMs };
      }
    },
    place: async (at) => (await positionOf(placeOf(at))).next,
    release(partitions) {
      for (const at of partitions) {
        const place = places.get(nameOfInput(inputOf(at)));
        if (place === undefined) continue;
        places.delete(nameOfInput(place.input));
        options.onRelease(place.input);
      }
    },
  };
}

const firstOffset = (batch: RecordBatch): number => batch.records[0]?.offset ?? batch.endOffset;

/**
 * Has the group's committed offset follow, for whoever looks at the lag. Nothing is decided by it, so one
 * that can't be committed just stays behind until the next.
 */
async function follow(control: BatchControl, next: number): Promise<void> {
  try {
    await control.commit(next);
  } catch (error) {
    if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
  }
}
