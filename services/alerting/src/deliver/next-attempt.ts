import type { Delivery } from '@weir/alerts';
import type { DeliveryOutcome } from '../channels/channel.ts';

const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;

const baseDelayMs = secondMs;
const longestDelayMs = 15 * minuteMs;
/** A receiver that asks for more time than this is asked again all the same. */
export const longestRetryAfterMs = hourMs;

/** What a receiver refuses is tried so often, and so far apart: over a minute, in which a deployment of it ends. */
const mostRefusals = 3;
const refusedDelayMs = 30 * secondMs;

/** A mail relay that is away over a weekend is back on Monday; a webhook's answer of yesterday is of no use. */
const givesUpAfterMs = { mail: 72 * hourMs, other: 24 * hourMs } as const;
/** So many attempts are made whatever the age, so that what people had sent again is not given up at once. */
const fewestAttempts = 8;

/**
 * How long to wait after the `attempts`th attempt (1, 2, …), in whole milliseconds: between 0 and
 * min(15 min, 1 s · 2^(attempts − 1)). "Full jitter" of M. Brooker, Exponential Backoff And Jitter, AWS
 * Architecture Blog, 2015. `random` is in [0, 1).
 */
export const backoffMs = (attempts: number, random: number): number =>
  Math.floor(random * Math.min(longestDelayMs, baseDelayMs * 2 ** Math.min(attempts - 1, 30)));

/**
 * What an attempt makes of a delivery that was claimed: delivered, due again, or failed for good. Pure;
 * `random` is in [0, 1). Its lease ends with it.
 */
export function afterAttempt(
  delivery: Delivery,
  outcome: DeliveryOutcome,
  nowMs: number,
  random: number,
): Delivery {
  const attempts = delivery.attempts + 1;
  const tried: Delivery = { ...delivery, attempts, leasedUntilMs: null };
  if (outcome.kind === 'accepted')
    return { ...tried, state: 'delivered', settledAtMs: nowMs, lastCode: null, lastStatus: null };
  const told: Delivery = { ...tried, lastCode: outcome.code, lastStatus: outcome.status ?? null };
  if (isGivenUp(told, nowMs) || isRefusedForGood(delivery, told, outcome))
    return { ...told, state: 'failed', settledAtMs: nowMs };
  const delayMs =
    outcome.kind === 'refused'
      ? refusedDelayMs
      : Math.max(backoffMs(attempts, random), Math.min(outcome.retryAfterMs ?? 0, longestRetryAfterMs));
  return { ...told, state: 'due', nextAtMs: nowMs + delayMs };
}

/**
 * One that was away may refuse while it comes back, as a gateway does that has no backend yet: a refusal
 * counts once it is said again.
 */
const isRefusedForGood = (before: Delivery, after: Delivery, { kind }: DeliveryOutcome): boolean =>
  kind === 'refused' &&
  after.attempts >= mostRefusals &&
  before.lastCode === after.lastCode &&
  before.lastStatus === after.lastStatus;

function isGivenUp({ attempts, channel, createdAtMs }: Delivery, nowMs: number): boolean {
  const patienceMs = channel === 'mail' ? givesUpAfterMs.mail : givesUpAfterMs.other;
  return attempts >= fewestAttempts && nowMs - createdAtMs >= patienceMs;
}

/** A delivery that no attempt can help: its receiver or what it says is gone. */
export const failedFor = (
  delivery: Delivery,
  code: 'receiver_unknown' | 'target_unknown' | 'notification_unreadable',
  nowMs: number,
): Delivery => ({
  ...delivery,
  state: 'failed',
  leasedUntilMs: null,
  lastCode: code,
  lastStatus: null,
  settledAtMs: nowMs,
});
