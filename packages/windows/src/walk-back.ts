import { twoTo32 } from './record-format.ts';
import { amountMinorOf, counterpartyHighOf, counterpartyLowOf, eventTimeMsOf } from './record-rows.ts';
import type { WindowAggregate, WindowPlan } from './types.ts';
import { addRow, aggregateOf, noSums } from './window-sums.ts';

/** Counterparties seen in a walk, as one number each; 0 is a free place. */
type SeenCounterparties = { readonly keys: Float64Array; readonly mask: number };

/** Reused by walks of up to 512 records: each is over before the next begins. */
const smallKeys = new Float64Array(1_024);

/** An empty set with at least two places for each of as many as may come. */
function noneSeen(most: number): SeenCounterparties {
  const places = 2 ** (33 - Math.clz32(most));
  if (places > smallKeys.length) return { keys: new Float64Array(places), mask: places - 1 };
  smallKeys.fill(0, 0, places);
  return { keys: smallKeys, mask: places - 1 };
}

/** Adds a counterparty; whether it is a new one. */
function isNew({ keys, mask }: SeenCounterparties, high: number, low: number): boolean {
  const key = high * twoTo32 + low;
  const hash = Math.imul(low ^ high, 0x9e37_79b1);
  let place = (hash ^ (hash >>> 15)) & mask;
  while (keys[place] !== 0) {
    if (keys[place] === key) return false;
    place = (place + 1) & mask;
  }
  keys[place] = key;
  return true;
}

/**
 * The aggregates over some records of one group, newest first, none of which
 * happened after `atMs`. All windows end there, so one walk back passes the
 * start of each in turn.
 */
export function walkBack(
  view: DataView,
  newestFirst: readonly number[],
  plan: WindowPlan,
  atMs: number,
): WindowAggregate[] {
  const sums = noSums();
  const read: WindowAggregate[] = [];
  let count = 0;
  let maxMinor = 0;
  let distinct = 0;
  const seen = noneSeen(newestFirst.length);
  for (const slot of newestFirst) {
    const ageMs = atMs - eventTimeMsOf(view, slot);
    while (ageMs >= (plan.spans[read.length]?.spanMs ?? Infinity))
      read.push(aggregateOf(sums, count, maxMinor, distinct));
    count += 1;
    addRow(sums, view, slot);
    maxMinor = Math.max(maxMinor, amountMinorOf(view, slot));
    const high = counterpartyHighOf(view, slot);
    const low = counterpartyLowOf(view, slot);
    if ((high !== 0 || low !== 0) && isNew(seen, high, low)) distinct += 1;
  }
  while (read.length < plan.spans.length) read.push(aggregateOf(sums, count, maxMinor, distinct));
  return read;
}
