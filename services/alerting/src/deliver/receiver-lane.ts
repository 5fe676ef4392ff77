import type { Channel, DeliveryOutcome } from '../channels/channel.ts';
import { backoffMs, longestRetryAfterMs } from './next-attempt.ts';

/** Between attempts to reach a receiver that is away this long at most: it shall be told soon after it is back. */
const longestPauseMs = 60_000;

/** What a process remembers of one receiver, so that it keeps no other waiting and is not asked too much. */
export type ReceiverLane = {
  /** Messages under way. */
  readonly underWay: number;
  /** How often in a row it did not answer, or asked for time. */
  readonly failures: number;
  /** Left alone until then. */
  readonly notBeforeMs: number;
};

export const freshLane: ReceiverLane = { underWay: 0, failures: 0, notBeforeMs: 0 };

/** How many more messages it may be given now. One that is away is asked with one message alone. */
export function freeSlots(
  lane: ReceiverLane,
  { maxParallel }: Pick<Channel, 'maxParallel'>,
  nowMs: number,
): number {
  if (nowMs < lane.notBeforeMs) return 0;
  return Math.max(0, (lane.failures === 0 ? maxParallel : 1) - lane.underWay);
}

/** A refusal is an answer: it says something of the message, and nothing of whether the next is taken. */
export function laneAfter(
  lane: ReceiverLane,
  outcome: DeliveryOutcome,
  nowMs: number,
  random: number,
): ReceiverLane {
  const underWay = lane.underWay - 1;
  if (outcome.kind !== 'unavailable') return { underWay, failures: 0, notBeforeMs: 0 };
  const failures = lane.failures + 1;
  const pauseMs = Math.max(
    Math.min(backoffMs(failures, random), longestPauseMs),
    Math.min(outcome.retryAfterMs ?? 0, longestRetryAfterMs),
  );
  return { underWay, failures, notBeforeMs: Math.max(lane.notBeforeMs, nowMs + pauseMs) };
}
