import { streams, WeirError } from '@weir/contracts';
import type { OutgoingRecord } from '@weir/kafka';
import type { Settlement } from '../ledger/counts.ts';
import type { Outgoing, OutgoingStream } from './outgoing.ts';
import { retryWithin, type RetryWithin } from './retry-within.ts';

export type DispatcherOptions<Ticket> = {
  readonly seal: (
    stream: OutgoingStream,
    batch: readonly Outgoing<Ticket>[],
  ) => Promise<readonly OutgoingRecord[]>;
  /** One batch to one partition. Throws WeirError publish_outcome_unknown where it may or may not be in the log. */
  readonly append: (
    topic: string,
    partition: number,
    records: readonly OutgoingRecord[],
  ) => Promise<{ readonly firstOffset: number }>;
  readonly retry: RetryWithin;
  /**
   * What an outage beyond the bound of `retry` ends: a feed goes on from its ledger
   * another time and so stops whole; a server tells those who wait and serves the next.
   * An error that a person has to act on always ends everything.
   */
  readonly outageEnds: 'everything' | 'what waits for the partition';
  /**
   * Once aborted nothing new is sent: what is on its way may still be answered,
   * the rest is settled as failed. The dispatcher aborts it itself when it gives up.
   */
  readonly stopping: AbortController;
  /** `offset` is where an acknowledged or rejected record stands in its partition. */
  readonly onSettled: (ticket: Ticket, settlement: Settlement, offset: number | undefined) => void;
};

export type Dispatcher<Ticket> = {
  /** Takes a record into the queue of its partition. */
  push(record: Outgoing<Ticket>): void;
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

type Lane<Ticket> = { readonly queue: Outgoing<Ticket>[]; sending: boolean };

/**
 * Sends records to their partitions: one batch at a time per partition, so that
 * the order within it is the order of `push` even where a batch has to be sent
 * again, and all partitions at once. A batch is whatever has come in while the
 * one before was on its way.
 *
 * A batch that can't be sent within the bound stops everything, or what waits
 * behind it, as `outageEnds` says.
 */
export function createDispatcher<Ticket>(options: DispatcherOptions<Ticket>): Dispatcher<Ticket> {
  const { signal } = options.stopping;
  const lanes = new Map<string, Lane<Ticket>>();
  const failures: unknown[] = [];
  let openBytes = 0;
  let changed = Promise.withResolvers<void>();

  function settle(batch: readonly Outgoing<Ticket>[], settlement: Settlement, firstOffset?: number): void {
    for (const [index, { ticket, event, stream }] of batch.entries()) {
      openBytes -= event.plaintext.length;
      const became = settlement === 'acknowledged' && stream === 'rejected' ? 'rejected' : settlement;
      options.onSettled(ticket, became, firstOffset === undefined ? undefined : firstOffset + index);
    }
    tellProgress();
  }

  signal.addEventListener('abort', tellProgress, { once: true });

  function tellProgress(): void {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  }

  async function send(
    lane: Lane<Ticket>,
    batch: readonly Outgoing<Ticket>[],
    first: Outgoing<Ticket>,
  ): Promise<void> {
    const { stream, partition } = first;
    let maybeAppended = false;
    let firstOffset: number;
    try {
      const records = await retryWithin(options.retry, signal, () => options.seal(stream, batch));
      firstOffset = await retryWithin(options.retry, signal, async () => {
        try {
          return (await options.append(streams[stream].topic, partition, records)).firstOffset;
        } catch (error) {
          maybeAppended ||= error instanceof WeirError && error.code === 'publish_outcome_unknown';
          throw error;
        }
      });
    } catch (error) {
      const isOutage = error instanceof WeirError && error.recovery === 'retry';
      const endsAll = !isOutage || options.outageEnds === 'everything';
      // Giving up a retry because of a stop is no failure; the next run sends it again.
      if (endsAll && !(isOutage && signal.aborted)) failures.push(error);
      if (endsAll) options.stopping.abort();
      settle(batch, maybeAppended ? 'unknown' : 'failed');
      // Each batch behind it would wait as long again before anybody is told.
      if (!endsAll) settle(lane.queue.splice(0), 'failed');
      return;
    }
    settle(batch, 'acknowledged', firstOffset);
  }

  async function drain(lane: Lane<Ticket>): Promise<void> {
    lane.sending = true;
    // The records of the same chunk of input are still being pushed: let them come in first.
    await Promise.resolve();
    for (let batch = takeBatch(lane.queue); batch[0] !== undefined; batch = takeBatch(lane.queue)) {
      if (signal.aborted) settle(batch, 'failed');
      else await send(lane, batch, batch[0]);
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

function takeBatch<Ticket>(queue: Outgoing<Ticket>[]): Outgoing<Ticket>[] {
  let bytes = 0;
  let count = 0;
  for (const record of queue) {
    bytes += record.event.plaintext.length + overheadBytes;
    if (count === maxBatchRecords || (count > 0 && bytes > maxBatchBytes)) break;
    count += 1;
  }
  return queue.splice(0, count);
}
