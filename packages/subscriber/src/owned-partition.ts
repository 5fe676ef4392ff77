import { setTimeout as sleep } from 'node:timers/promises';
import { WeirError } from '@weir/contracts';
import type { BatchControl, BatchOutcome, RecordBatch } from '@weir/kafka';
import { handleBatch } from './handle-batch.ts';
import type { HandlingParts } from './handle-batch.ts';
import { createWaitReport } from './notices.ts';
import type { Notice } from './notices.ts';
import { HandlerFailure } from './position-store.ts';
import { PositionMovedError, SubscriptionError, toSubscriptionError } from './subscription-error.ts';
import { takeOver } from './take-over.ts';
import type { PartitionState, TakeOverParts } from './take-over.ts';

export type OwnedPartitionParts = HandlingParts &
  TakeOverParts & {
    /** How often the handler may throw for one event. */
    readonly handlerAttempts: number;
    readonly onNotice: (notice: Notice) => void;
    /** Ends the subscription with this error. */
    readonly fail: (error: unknown) => void;
  };

/** A partition from its assignment until it is let go. */
export type OwnedPartition = {
  onBatch(batch: RecordBatch, control: BatchControl): Promise<BatchOutcome>;
  /** The next offset to look at, once that is known. */
  next(): number | undefined;
  /** Tells the handler, and takes no more batches. */
  letGo(): void;
  /** Resolves when nothing of it runs any more. */
  settled(): Promise<void>;
};

const maxWaitMs = 15_000;
const heartbeatEveryMs = 1_000;
/** How long a batch waits for the take-over before its partition is paused, so that the others go on. */
const takeOverPatienceMs = 1_000;
/** Take-overs in a row in which another process had stored a position first. */
const maxMoves = 10;

/**
 * Takes a partition over at once, whether it has records or not, and again after
 * an error that left its position in doubt. What may pass is waited for; what
 * won't is thrown from `onBatch` or given to `fail`. `left` is the end of whoever
 * had the partition before in this process: two at once would break its order.
 */
export function createOwnedPartition(
  parts: OwnedPartitionParts,
  partition: number,
  left: Promise<void> | undefined,
): OwnedPartition {
  const letGo = new AbortController();
  const abandoned = new Promise<void>((resolve) => {
    letGo.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const report = createWaitReport(partition, parts.nowMs, parts.onNotice);
  let waits = 0;
  let moves = 0;
  let handlerFailures = { offset: -1, count: 0 };
  let state: PartitionState | undefined;
  let running: Promise<unknown> = Promise.resolve();

  const waitAfter = (attempts: number): number =>
    Math.min(parts.firstWaitMs * 2 ** Math.min(attempts - 1, 10), maxWaitMs);

  /** How long to wait before the next attempt. Throws what no attempt will mend. */
  function waitFor(error: unknown, offset: number | undefined): number {
    const place = offset === undefined ? undefined : { topic: parts.topic, partition, offset };
    if (error instanceof HandlerFailure) return waitForHandler(error, offset ?? -1);
    if (error instanceof WeirError && error.recovery === 'retry') {
      waits += 1;
      report(error.code, waits);
      return waitAfter(waits);
    }
    throw toSubscriptionError(error, place);
  }

  function waitForHandler(failure: HandlerFailure, offset: number): number {
    const place = { topic: parts.topic, partition, offset };
    if (isMoved(failure.error)) {
      moves += 1;
      if (moves < maxMoves) return waitAfter(moves);
      throw new SubscriptionError('position_moved', `${moves} times in a row`, { place });
    }
    const count = handlerFailures.offset === offset ? handlerFailures.count + 1 : 1;
    handlerFailures = { offset, count };
    report('handler_failed', count);
    if (count < parts.handlerAttempts) return waitAfter(count);
    throw new SubscriptionError('handler_failed', `${failure.message} ${count} times`, {
      cause: failure.error,
      ...(offset < 0 ? {} : { place }),
    });
  }

  async function take(): Promise<void> {
    while (!letGo.signal.aborted) {
      try {
        // A store that never answers must not keep anybody from leaving; reading has no effect to wait for.
        const taken = await Promise.race([takeOver(parts, partition), abandoned]);
        if (taken !== undefined) state = taken;
        return;
      } catch (error) {
        if (letGo.signal.aborted) return;
        await sleep(waitFor(error, undefined), undefined, { signal: letGo.signal }).catch(() => undefined);
      }
    }
  }

  function startTaking(): void {
    state = undefined;
    taking = take().catch(parts.fail);
  }

  async function handle(batch: RecordBatch, control: BatchControl): Promise<BatchOutcome> {
    const first = batch.records[0]?.offset ?? batch.endOffset;
    if (state === undefined)
      await Promise.race([taking, sleep(takeOverPatienceMs, undefined, { ref: false })]);
    const mine = state;
    if (mine === undefined || letGo.signal.aborted) {
      return { kind: 'pause', next: first, forMs: takeOverPatienceMs };
    }
    if (!mine.isSought) {
      mine.isSought = true;
      if (first !== mine.next) return { kind: 'seek', next: mine.next };
    }
    const before = mine.position;
    try {
      const outcome = await withHeartbeats(control, letGo, () =>
        handleBatch(parts, mine, batch, control, letGo.signal),
      );
      waits = 0;
      if (mine.position !== before) moves = 0;
      return outcome;
    } catch (error) {
      // A handler that gave up because it was asked to has not failed.
      if (letGo.signal.aborted && error instanceof HandlerFailure) {
        return { kind: 'pause', next: mine.next, forMs: takeOverPatienceMs };
      }
      const forMs = waitFor(error, mine.next);
      // A handler that threw may have stored its position all the same.
      if (error instanceof HandlerFailure && parts.store.save === undefined) startTaking();
      return { kind: 'pause', next: mine.next, forMs };
    }
  }

  let taking = Promise.resolve(left).then(take).catch(parts.fail);
  return {
    async onBatch(batch, control) {
      const work = handle(batch, control);
      running = work.catch(() => undefined);
      return work;
    },
    next: () => state?.next,
    letGo: () => letGo.abort(),
    settled: async () => {
      await Promise.all([taking, running]);
    },
  };
}

/** Handlers and database libraries may wrap what was thrown: a few causes deep is looked. */
function isMoved(error: unknown): boolean {
  let current: unknown = error;
  for (let depth = 0; depth < 4 && current instanceof Error; depth += 1) {
    if (current instanceof PositionMovedError) return true;
    current = current.cause;
  }
  return false;
}

/**
 * The group hears of this member however long the handler takes. A heartbeat that
 * shows that the partition is lost tells the handler, since the group hears of
 * its end no sooner: the join that takes the partition away waits for the batch.
 */
async function withHeartbeats<T>(
  control: BatchControl,
  letGo: AbortController,
  work: () => Promise<T>,
): Promise<T> {
  const beat = (): Promise<void> =>
    control.heartbeat().catch(() => {
      if (control.revoked()) letGo.abort();
    });
  const timer = setInterval(() => void beat(), heartbeatEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
