import type { AlertStore } from '@weir/alert-store';
import type { Delivery } from '@weir/alerts';
import type { Channel } from '../channels/channel.ts';
import { failedFor } from './next-attempt.ts';

/** Names that documents ever gave to receivers; past that the oldest are forgotten. */
const mostNames = 1_000;
const mostAtOnce = 100;
const leaseMs = 60_000;

/** A space is in no receiver's id, so this is nobody's rate. */
const stateId = 'names of receivers';

export type GoneReceivers = {
  /** Fails what waits for receivers that no document has any more. Throws WeirError store_unavailable. */
  readonly fail: () => Promise<readonly Delivery[]>;
};

/**
 * Deliveries to a receiver that was taken out of the document would wait for ever, and be asked for by
 * nobody. So the store knows every name that there was; what is due for one that is gone becomes a dead
 * letter, which can be sent again once the receiver is back.
 */
export function createGoneReceivers(options: {
  readonly store: Pick<AlertStore, 'transaction' | 'claimDeliveries' | 'settleDelivery'>;
  readonly channels: () => ReadonlyMap<string, Channel>;
  readonly owner: string;
  readonly now: () => number;
}): GoneReceivers {
  const { store, channels, owner, now } = options;
  let noted: ReadonlyMap<string, Channel> | undefined;
  let names: readonly string[] = [];

  async function note(): Promise<void> {
    const current = channels();
    if (noted === current) return;
    names = await store.transaction(async (rows) => {
      const known = ((await rows.receiverState(stateId)) ?? []) as readonly string[];
      const all = [...new Set([...known, ...current.keys()])].slice(-mostNames);
      if (all.length !== known.length || all.some((name, index) => name !== known[index]))
        await rows.saveReceiverState(stateId, all);
      return all;
    });
    noted = current;
  }

  return {
    async fail() {
      await note();
      const gone = names.filter((name) => !channels().has(name));
      if (gone.length === 0) return [];
      const nowMs = now();
      const claimed = await store.claimDeliveries({
        nowMs,
        leaseUntilMs: nowMs + leaseMs,
        owner,
        limit: mostAtOnce,
        receivers: gone,
      });
      const failed = claimed.map((one) => failedFor(one, 'receiver_unknown', nowMs));
      for (const delivery of failed) await store.settleDelivery(owner, delivery);
      return failed;
    },
  };
}
