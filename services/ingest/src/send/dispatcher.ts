import { streams, WeirError } from '@weir/contracts';
import type { OutgoingRecord } from '@weir/kafka';
import type { Settlement } from '../ledger/counts.ts';
import type { Ticket } from '../ledger/line-tracker.ts';
import type { Outgoing, OutgoingStream } from './outgoing.ts';
import { retryWithin, type RetryWithin } from './retry-within.ts';

export type DispatcherOptions = {
  readonly seal: (stream: OutgoingStream, batch: readonly Outgoing[]) => Promise<readonly OutgoingRecord[]>;
  /** One batch to one partition. Throws WeirError publish_outcome_unknown where it may or may not be in the log. */
  readonly append: (topic: string, partition: number, records: readonly OutgoingRecord[]) => Promise<unknown>;
  readonly retry: RetryWithin;
  /**
   * Once aborted nothing new is sent: what is on its way may still be answered,
   * the rest is settled as failed. The dispatcher aborts it itself when it gives up.
   */
  readonly stopping: AbortController;
  readonly onSettled: (ticket: Ticket, settlement: Settlement) => void;
};

export type Dispatcher = {
  /** Takes a record into the queue of its partition. */
  push(record: Outgoing): void;
  /** Plaintext bytes taken in and not settled yet. */
  openBytes(): number;
  /** Resolves at the next settlement of a batch, or at once when the dispatcher has stopped. */
  progress(): Promise<void>;
  /** Resolves when everything taken in is settled; rejects with what made a record impossible to send. */
  idle(): Promise<void>;
};

/** Below what one Kafka batch takes, with room for headers and envelopes. */
const maxBatchRecords = 500;
const maxBatchBytes = 950_000;
/** An upper bound of what headers, key and envelope add to a plaintext. */
const overheadBytes = 1_200;

type Lane = { readonly queue: Outgoing[]; sending: boolean };

/**
 * Sends records to their partitions: one batch at a time per partition, so that
 * the order within it is the order of `push` even where a batch has to be sent
 * again, and all partitions at once. A batch is whatever has come in while the
 * one before was on its way.
 *
 * A batch that can't be sent within the bound stops everything.
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { signal } = options.stopping;
  const lanes = new Map<string, Lane>();
  const failures: unknown[] = [];
  let openBytes = 0;
  let changed = Promise.withResolvers<void>();

  function settle(batch: readonly Outgoing[], settlement: Settlement): void {
    for (const { ticket, event, stream } of batch) {
      openBytes -= event.plaintext.length;
      const became = settlement === 'acknowledged' && stream === 'rejected' ? 'rejected' : settlement;
      options.onSettled(ticket, became);
    }
    tellProgress();
  }

  signal.addEventListener('abort', tellProgress, { once: true });

  function tellProgress(): void {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  }

  async function send(batch: readonly Outgoing[], first: Outgoing): Promise<void> {
    const { stream, partition } = first;
    let maybeAppended = false;
    try {
      const records = await retryWithin(options.retry, signal, () => options.seal(stream, batch));
      await retryWithin(options.retry, signal, async () => {
        try {
          await options.append(streams[stream].topic, partition, records);
        } catch (error) {
          maybeAppended ||= error instanceof WeirError && error.code === 'publish_outcome_unknown';
          throw error;
        }
      });
    } catch (error) {
      // Giving up a retry because of a stop is no failure; the next run sends it again.
      const cutShort = signal.aborted && error instanceof WeirError && error.recovery === 'retry';
      if (!cutShort) failures.push(error);
      options.stopping.abort();
      settle(batch, maybeAppended ? 'unknown' : 'failed');
      return;
    }
    settle(batch, 'acknowledged');
  }

  async function drain(lane: Lane): Promise<void> {
    lane.sending = true;
    // The records of the same chunk of input are still being pushed: let them come in first.
    await Promise.resolve();
    for (let batch = takeBatch(lane.queue); batch[0] !== undefined; batch = takeBatch(lane.queue)) {
      if (signal.aborted) settle(batch, 'failed');
      else await send(batch, batch[0]);
    }
    lane.sending = false;
    tellProgress();
  }

  const busy = (): boolean => [...lanes.values()].some((lane) => lane.sending);

  return {
    push(record) {
      const name = `${record.stream}-${record.partition}`;
      const lane = lanes.get(name) ?? { queue: [], sending: false };
      lanes.set(name, lane);
      lane.queue.push(record);
      openBytes += record.event.plaintext.length;
      if (!lane.sending) void drain(lane);
    },
    openBytes: () => openBytes,
    progress: () => (signal.aborted ? Promise.resolve() : changed.promise),
    async idle() {
      while (busy()) await changed.promise;
      if (failures.length > 0) throw failures[0];
    },
  };
}

function takeBatch(queue: Outgoing[]): Outgoing[] {
  let bytes = 0;
  let count = 0;
  for (const record of queue) {
    bytes += record.event.plaintext.length + overheadBytes;
    if (count === maxBatchRecords || (count > 0 && bytes > maxBatchBytes)) break;
    count += 1;
  }
  return queue.splice(0, count);
}
