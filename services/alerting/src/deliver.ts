import type { BatchControl } from '@weir/kafka';
import { ChannelWaits } from './channel.ts';
import type { Channel, Delivery, DeliveryOutcome } from './channel.ts';
import type { AlertingParts, StepObserver } from './alerting-parts.ts';
import type { Notice } from './plan-run.ts';

/** What is remembered of one run's deliveries until its alerts are written. */
export type RunDeliveries = {
  /** The names of those that were taken, or left after too many refusals. */
  readonly settled: Set<string>;
  /** How often each of the others was refused for good. */
  readonly refusals: Map<string, number>;
};

/**
 * Sends every notice by every channel, one channel after the other, so that one
 * that is away keeps no other from telling. What is settled is left out, and
 * what a receiver takes is settled, so that trying again repeats nothing.
 *
 * Answers false where it was told to stop before the end. Throws ChannelWaits
 * where a channel has to be tried again.
 */
export async function deliver(
  parts: Pick<AlertingParts, 'channels' | 'observe'>,
  notices: readonly Notice[],
  memory: RunDeliveries,
  control: BatchControl,
): Promise<boolean> {
  const waiting: ChannelWaits[] = [];
  for (const channel of parts.channels) {
    const done = await deliverBy(channel, parts.observe, notices, memory, control);
    if (done === 'stopped') return false;
    if (done !== 'done') waiting.push(done);
  }
  const [first] = waiting;
  if (first === undefined) return true;
  // The first is the one to be told of, since that of record comes first; none is asked again too early.
  throw new ChannelWaits(first.code, Math.max(...waiting.map(({ retryAfterMs }) => retryAfterMs)));
}

/** A few at a time; after each few the group is told that this worker lives. */
async function deliverBy(
  channel: Channel,
  observe: StepObserver,
  notices: readonly Notice[],
  memory: RunDeliveries,
  control: BatchControl,
): Promise<'done' | 'stopped' | ChannelWaits> {
  const open = notices.flatMap(channel.deliveriesOf).filter(({ name }) => !memory.settled.has(name));
  let refused = false;
  for (let at = 0; at < open.length; at += channel.maxParallel) {
    if (control.stopping() || control.revoked()) return 'stopped';
    const few = open.slice(at, at + channel.maxParallel);
    const outcomes = await Promise.all(few.map((delivery) => sendOne(channel, observe, delivery, memory)));
    await control.heartbeat();
    const away = outcomes.find((outcome) => outcome.kind === 'unavailable');
    if (away !== undefined) return new ChannelWaits(`${channel.name}_unavailable`, away.retryAfterMs);
    refused ||= few.some(({ name }) => !memory.settled.has(name));
  }
  // Only now, so that a delivery refused for good keeps no other of the run from its reader.
  return refused ? new ChannelWaits(`${channel.name}_refused`) : 'done';
}

async function sendOne(
  channel: Channel,
  observe: StepObserver,
  delivery: Delivery,
  { settled, refusals }: RunDeliveries,
): Promise<DeliveryOutcome> {
  const { name } = delivery;
  const startedAtMs = performance.now();
  const outcome = await delivery.send();
  observe.delivered(channel.name, delivery, outcome, performance.now() - startedAtMs);
  if (outcome.kind === 'accepted') settled.add(name);
  if (outcome.kind !== 'refused') return outcome;
  const times = (refusals.get(name) ?? 0) + 1;
  refusals.set(name, times);
  if (times < channel.mostRefusals) return outcome;
  settled.add(name);
  observe.gaveUp(channel.name, delivery);
  return outcome;
}
