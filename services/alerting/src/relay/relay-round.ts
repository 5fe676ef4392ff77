import { WeirError } from '@weir/contracts';
import type { Outbox, OutboxRelay } from './outbox-relay.ts';

/** How often the outbox is looked at where nobody rings. */
const quietMs = 1_000;
/** How long records may lie in the outbox of a process that lives before another one takes it over. */
const patienceMs = 5_000;

/**
 * One round of the relay; answers when the next one is due, in ms since the epoch. The process that is fenced stands by: it publishes again only once
 * records lie in the outbox that nobody takes away, so that two processes don't fence each other in turns.
 */
export function createRelayRound(options: {
  readonly relay: OutboxRelay;
  readonly outbox: Outbox;
}): (nowMs: number) => Promise<number> {
  const { relay, outbox } = options;
  let standby: { readonly start: number; readonly sinceMs: number } | undefined;

  /** Whether the process that publishes seems to be gone. */
  async function isLeft(nowMs: number): Promise<boolean> {
    const start = await outbox.outboxStart();
    const [waiting] = await outbox.outboxFrom(start, 1);
    if (standby === undefined || standby.start !== start || waiting === undefined) {
      standby = { start, sinceMs: nowMs };
      return false;
    }
    return nowMs - standby.sinceMs >= patienceMs;
  }

  return async (nowMs) => {
    if (standby !== undefined && !(await isLeft(nowMs))) return nowMs + quietMs;
    standby = undefined;
    try {
      return (await relay.publishNext()) > 0 ? nowMs : nowMs + quietMs;
    } catch (error) {
      const isFenced = error instanceof WeirError && error.code === 'partition_fenced';
      if (!isFenced) throw error;
      standby = { start: await outbox.outboxStart(), sinceMs: nowMs };
      return nowMs + quietMs;
    }
  };
}
