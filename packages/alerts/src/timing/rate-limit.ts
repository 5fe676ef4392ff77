import type { DeliveryChannel } from '@weir/contracts';
import type { Routing } from '../routing/document.ts';
import type { RateLimit } from '../routing/receiver.ts';
import type { ReceiverState } from './plan.ts';

const minuteMs = 60_000;

/** What people can read, and what machines are spared. */
const ofPeople: RateLimit = { most: 12, perMinutes: 10 };
const ofMachines: RateLimit = { most: 600, perMinutes: 10 };
const machines: ReadonlySet<DeliveryChannel> = new Set(['webhook', 'syslog', 'ocsf']);

/** The limit of a receiver. One that is no more in the document has that of people. */
function limitOf({ receivers }: Pick<Routing, 'receivers'>, receiverId: string): RateLimit {
  const receiver = receivers.find(({ id }) => id === receiverId);
  if (receiver === undefined) return ofPeople;
  return receiver.rateLimit ?? (machines.has(receiver.channel) ? ofMachines : ofPeople);
}

/** What a receiver may be told now. */
export type Room = {
  /** One place is kept for summaries and what is critical. */
  readonly forAny: boolean;
  readonly forUrgent: boolean;
  /** When there is a place for a summary. */
  readonly nextAtMs: number;
};

export function roomOf(
  routing: Pick<Routing, 'receivers'>,
  receiverId: string,
  state: ReceiverState,
  nowMs: number,
): Room {
  const { most, perMinutes } = limitOf(routing, receiverId);
  const told = state.toldAtMs.filter((atMs) => atMs > nowMs - perMinutes * minuteMs);
  const oldest = told[told.length - most];
  return {
    forAny: told.length < most - 1,
    forUrgent: told.length < most,
    nextAtMs: oldest === undefined ? nowMs : oldest + perMinutes * minuteMs,
  };
}

/** A receiver that was told something more. What lies behind its limit is forgotten. */
export function afterTelling(
  routing: Pick<Routing, 'receivers'>,
  receiverId: string,
  state: ReceiverState,
  nowMs: number,
): ReceiverState {
  const { perMinutes } = limitOf(routing, receiverId);
  const recent = state.toldAtMs.filter((atMs) => atMs > nowMs - perMinutes * minuteMs);
  return { ...state, toldAtMs: [...recent, nowMs] };
}
