import { decodePayload, events } from '@weir/contracts';
import type { HeldTransaction } from '@weir/contracts';
import type { Ops } from '../ops/connect-ops.ts';
import { readEvents } from '../ops/read-events.ts';
import type { GroundTruth } from './feed-day.ts';

/** The transactions held since the stream ended at `since`. */
export async function readHeld(ops: Ops, since: ReadonlyMap<number, number>): Promise<HeldTransaction[]> {
  const held: HeldTransaction[] = [];
  await readEvents(ops, 'held', { from: since }, ({ opened }) => {
    const payload = opened.ok ? decodePayload(events.transactionHeld, opened.plaintext) : undefined;
    if (payload?.ok === true) held.push(payload.value);
  });
  return held;
}

export type TruthComparison = {
  /** Frauds that were played, and those of which at least one transaction was held. */
  readonly frauds: number;
  readonly fraudsFound: number;
  readonly genuineHeld: number;
};

/** How the verdicts compare with what really happened. One fraud may take several transactions. */
export function compareWithTruth(held: readonly HeldTransaction[], truth: GroundTruth): TruthComparison {
  const played = new Set<string>();
  for (const { fraudulent, incident } of truth.values()) {
    if (fraudulent && incident !== null) played.add(incident);
  }
  const found = new Set<string>();
  let genuineHeld = 0;
  for (const { transaction } of held) {
    const real = truth.get(transaction.transactionId);
    if (real?.fraudulent === true && real.incident !== null) found.add(real.incident);
    else genuineHeld += 1;
  }
  return { frauds: played.size, fraudsFound: found.size, genuineHeld };
}
