import type { Delivery } from '@weir/alerts';
import type { AlertStore } from '@weir/alert-store';
import { retryWithBackoff } from '@weir/runtime';
import { WeirError } from '@weir/contracts';
import type { Channel, DeliveryOutcome } from '../channels/channel.ts';
import type { Notification } from '../notification.ts';
import { startDueLoop } from '../notify/due-loop.ts';
import type { Clock, DueLoop } from '../notify/due-loop.ts';
import { attempt } from './attempt.ts';
import type { Attempted } from './attempt.ts';
import type { ReadNotification } from './notification-cache.ts';
import type { GoneReceivers } from './gone-receivers.ts';
import type { Outages } from './outages.ts';
import { freeSlots, freshLane, laneAfter } from './receiver-lane.ts';
import type { ReceiverLane } from './receiver-lane.ts';

/** How long a process may hold a delivery: far longer than an attempt takes, so nobody sends it meanwhile. */
const leaseMs = ({ timeoutMs }: Pick<Channel, 'timeoutMs'>): number => 2 * timeoutMs + 5_000;

/** Where something is due that this process may not send now, it looks again so often. */
const lookAgainMs = 1_000;

/** Another process may have taken deliveries and died since the last look: so late at most its leases are seen. */
const longestLookMs = 30_000;

/** What is told about deliveries, for metrics and logs: keys, codes and counts alone. */
export type DeliverObserver = {
  /** `delivery` as it was settled. */
  attempted(
    delivery: Delivery,
    outcome: DeliveryOutcome,
    durationMs: number,
    notification: Notification,
  ): void;
  /** It failed without an attempt: its receiver, its target or what it says is gone. */
  left(delivery: Delivery): void;
  /** The lease had run out: another process has it, and what became of it is up to that one. */
  leaseLost(delivery: Delivery): void;
  /** Why deliveries wait that has nothing to do with their receivers. */
  waiting(error: WeirError, delayMs: number): void;
};

export type DelivererOptions = {
  readonly store: Pick<AlertStore, 'claimDeliveries' | 'settleDelivery' | 'nextDueAtMs'>;
  /** The receivers of now, by their ids. */
  readonly channels: () => ReadonlyMap<string, Channel>;
  readonly readNotification: ReadNotification;
  readonly outages: Outages;
  readonly gone: GoneReceivers;
  /** Names this process among those that deliver. */
  readonly owner: string;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly observe: DeliverObserver;
};

type Lane = { state: ReceiverLane; mayHaveDue: boolean };

/**
 * Sends what is due: claims with a lease, sends, settles. Each receiver has a lane of its own, so that one
 * that is slow or away keeps no other waiting. A crash leaves leases behind that run out; what they held is
 * sent again under the same keys. Stopping waits for what is under way.
 */
export function startDeliverer(options: DelivererOptions): DueLoop {
  const { store, channels, clock, random, owner, observe, outages, gone } = options;
  const lanes = new Map<string, Lane>();
  const underWay = new Set<Promise<void>>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  let lookAtMs = 0;

  function laneOf(receiverId: string): Lane {
    const lane = lanes.get(receiverId) ?? { state: freshLane, mayHaveDue: true };
    lanes.set(receiverId, lane);
    return lane;
  }

  async function deliverOne(channel: Channel, lane: Lane, claimed: Delivery): Promise<void> {
    const attempted = await attempt(options, channel, claimed);
    // Only what is settled makes room, so that a store that hangs doesn't gather leases.
    const isMine = await settle(attempted).finally(() => {
      lane.state =
        attempted.kind === 'attempted'
          ? laneAfter(lane.state, attempted.outcome, clock.now(), random())
          : { ...lane.state, underWay: lane.state.underWay - 1 };
    });
    if (!isMine) return observe.leaseLost(attempted.delivery);
    if (attempted.delivery.state === 'due') lookAtMs = Math.min(lookAtMs, attempted.delivery.nextAtMs);
    if (attempted.kind === 'waits') return observe.waiting(attempted.error, attempted.delayMs);
    if (attempted.kind === 'left') return leave(attempted.delivery);
    observe.attempted(attempted.delivery, attempted.outcome, attempted.durationMs, attempted.notification);
    await outages.note(attempted.delivery, attempted.outcome);
  }

  async function leave(delivery: Delivery): Promise<void> {
    observe.left(delivery);
    await outages.note(delivery, {
      kind: 'refused',
      code: delivery.lastCode ?? 'unknown',
      status: undefined,
    });
  }

  /** Tried a few times: what isn't settled is sent again when its lease has run out. */
  const settle = ({ delivery }: Attempted): Promise<boolean> =>
    retryWithBackoff(
      {
        attempts: 4,
        baseDelayMs: 100,
        maxDelayMs: 1_000,
        random,
        sleep: clock.wait,
        signal: new AbortController().signal,
      },
      () => store.settleDelivery(owner, delivery),
    );

  function begin(channel: Channel, lane: Lane, claimed: Delivery): void {
    const running = deliverOne(channel, lane, claimed)
      .catch((error: unknown) => {
        if (isPassing(error)) return observe.waiting(error, lookAgainMs);
        failed.reject(error);
      })
      .finally(() => {
        underWay.delete(running);
        loop.nudge();
      });
    underWay.add(running);
  }

  async function claimFor(receiverId: string, channel: Channel): Promise<void> {
    const lane = laneOf(receiverId);
    const nowMs = clock.now();
    const limit = freeSlots(lane.state, channel, nowMs);
    if (!lane.mayHaveDue || limit === 0) return;
    const claimed = await store.claimDeliveries({
      nowMs,
      leaseUntilMs: nowMs + leaseMs(channel),
      owner,
      limit,
      receivers: [receiverId],
    });
    lane.mayHaveDue = claimed.length === limit;
    lane.state = { ...lane.state, underWay: lane.state.underWay + claimed.length };
    for (const one of claimed) begin(channel, lane, one);
  }

  /** Asked for seldom: whatever becomes due earlier is written by this process, or told to it by a nudge. */
  async function nextLookAtMs(nowMs: number): Promise<number> {
    const dueAtMs = (await store.nextDueAtMs()) ?? Infinity;
    // What is due already waits for a lane, for a lease to run out, or for the notifier.
    return dueAtMs > nowMs ? Math.min(dueAtMs, nowMs + longestLookMs) : nowMs + lookAgainMs;
  }

  async function round(nowMs: number): Promise<number> {
    if (nowMs >= lookAtMs) {
      for (const lane of lanes.values()) lane.mayHaveDue = true;
      for (const delivery of await gone.fail()) await leave(delivery);
    }
    for (const [receiverId, channel] of channels()) await claimFor(receiverId, channel);
    const outageAtMs = await outages.tell();
    if (nowMs >= lookAtMs) lookAtMs = await nextLookAtMs(nowMs);
    const pausedUntilMs = [...lanes.values()]
      .filter(({ mayHaveDue, state }) => mayHaveDue && state.notBeforeMs > nowMs)
      .map(({ state }) => state.notBeforeMs);
    return Math.min(lookAtMs, outageAtMs ?? Infinity, ...pausedUntilMs);
  }

  const loop = startDueLoop({
    clock,
    round,
    random,
    onRetry: (error, delayMs) => observe.waiting(error, delayMs),
  });
  const isPassing = (error: unknown): error is WeirError =>
    error instanceof WeirError && error.recovery === 'retry';
  const done = Promise.race([loop.done, failed.promise]);
  done.catch(() => undefined);
  return {
    nudge: () => {
      for (const lane of lanes.values()) lane.mayHaveDue = true;
      loop.nudge();
    },
    done,
    stop: async () => {
      await loop.stop();
      await Promise.all(underWay);
    },
  };
}
