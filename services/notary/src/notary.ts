import { streams, WeirError } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { BatchControl, BatchOutcome, KafkaRecord, RecordBatch } from '@weir/kafka';
import type { NotaryParts } from './notary-parts.ts';
import { planBatch } from './plan-batch.ts';
import { takeOver } from './take-over.ts';
import type { OwnedTrail } from './take-over.ts';
import { makeOutputs } from './write-batch.ts';

export type NotaryOptions = {
  readonly parts: NotaryParts;
  /** How long to wait after the n-th failure in a row, in ms. */
  readonly backoffMs: (failures: number) => number;
};

export type Notary = {
  /** Records one fetched batch of requests. Never throws for what a record holds. */
  onBatch(batch: RecordBatch, control: BatchControl): Promise<BatchOutcome>;
  /** The intake is this member's from now on. */
  assigned(): void;
  /** The intake is somebody else's now. */
  revoked(): void;
  /**
   * Does what is due without a request: takes the trail over, writes a checkpoint.
   * To be called every now and then. Throws what no waiting mends.
   */
  tick(): Promise<void>;
  /** What the notary waits for, or undefined where it works. */
  waitsFor(): WeirError | undefined;
  /** Whether it has taken the trail over. */
  owns(): boolean;
  close(): Promise<void>;
};

/**
 * The loop around a batch. Holds the trail from the first batch or tick to its
 * release or a failed transaction; an error that may pass pauses it, any other is
 * thrown and ends the process.
 */
export function createNotary({ parts, backoffMs }: NotaryOptions): Notary {
  let owned: OwnedTrail | undefined;
  let isAssigned = false;
  let failures = 0;
  let notBeforeMs = -Infinity;
  let waiting: WeirError | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let isTicking = false;

  /** Batches and ticks share one producer and one tree, so they take turns. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  async function letGo(): Promise<void> {
    const mine = owned;
    owned = undefined;
    await mine?.transactions.discard();
  }

  /** Writes what the records lead to, and the checkpoint that is due; does nothing where neither is there. */
  async function write(mine: OwnedTrail, records: readonly KafkaRecord[]): Promise<void> {
    const opened = await openEvents({ ...parts.opening, stream: 'intake' }, records);
    const { checkpointIntervalMs } = parts.limits;
    const time = { nowMs: parts.nowMs(), checkpointIntervalMs };
    const plan = planBatch(mine.state, { records, opened }, time);
    if (records.length === 0 && plan.steps.length === 0) return;
    const outputs = await makeOutputs(parts, plan);
    try {
      await mine.transactions.publish({
        outputs,
        source: { topic: streams.intake.topic, partition: 0, next: plan.after.next, metadata: '' },
      });
    } catch (error) {
      // Whether it was committed shows only after the next fence.
      await letGo();
      throw error;
    }
    mine.state = plan.after;
    parts.observe.recorded(plan);
  }

  async function process(batch: RecordBatch, control: BatchControl): Promise<BatchOutcome> {
    const mine = (owned ??= await takeOver(parts));
    const records = batch.records.filter(({ offset }) => offset >= mine.state.next);
    const { maxRecordsPerBatch } = parts.limits;
    for (let at = 0; at < records.length; at += maxRecordsPerBatch) {
      if (control.stopping() || control.revoked()) return { kind: 'seek', next: mine.state.next };
      await write(mine, records.slice(at, at + maxRecordsPerBatch));
      await control.heartbeat();
    }
    const next = Math.max(mine.state.next, batch.endOffset);
    parts.observe.lag(Math.max(0, batch.highWatermark - next));
    return next === batch.endOffset ? { kind: 'next', next } : { kind: 'seek', next };
  }

  /** Runs the work; an error that may pass makes it wait, and is answered with how long. */
  async function orWait<T>(work: () => Promise<T>): Promise<T | { readonly forMs: number }> {
    try {
      const done = await work();
      failures = 0;
      waiting = undefined;
      return done;
    } catch (error) {
      if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
      failures += 1;
      waiting = error;
      const forMs = backoffMs(failures);
      notBeforeMs = parts.nowMs() + forMs;
      parts.observe.waits(error, forMs);
      return { forMs };
    }
  }

  async function doWhatIsDue(): Promise<void> {
    if (!isAssigned || parts.nowMs() < notBeforeMs) return;
    await orWait(async () => {
      const mine = (owned ??= await takeOver(parts));
      // A disk that is full is found before somebody waits for an entry.
      await parts.store.ensureRoom();
      await write(mine, []);
    });
  }

  return {
    onBatch: (batch, control) =>
      inTurn(async () => {
        const outcome = await orWait(() => process(batch, control));
        if (control.revoked()) await letGo();
        if (!('forMs' in outcome) || 'kind' in outcome) return outcome;
        const next = batch.records[0]?.offset ?? batch.endOffset;
        return { kind: 'pause', next, forMs: outcome.forMs };
      }),
    assigned: () => {
      isAssigned = true;
    },
    revoked: () => {
      isAssigned = false;
      void inTurn(letGo);
    },
    tick: async () => {
      // A broker that takes long must not have ticks queue up behind it.
      if (isTicking) return;
      isTicking = true;
      try {
        await inTurn(doWhatIsDue);
      } finally {
        isTicking = false;
      }
    },
    waitsFor: () => waiting,
    owns: () => owned !== undefined,
    close: () => inTurn(letGo),
  };
}
