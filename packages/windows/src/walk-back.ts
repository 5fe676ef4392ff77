import { amountMinorOf, counterpartyHighOf, counterpartyLowOf, eventTimeMsOf } from './record-rows.ts';
import type { WindowAggregate, WindowPlan } from './types.ts';
import { addRow, aggregateOf, noSums } from './window-sums.ts';

/** Counterparties seen in a walk, as one number each; 0 is a free place. Reused, for a walk is over before the next begins. */
let seen = new Float64Array(256);

/** Makes the set empty, with at least two places for each of as many as may come. */
function forgetSeen(most: number): void {
  if (seen.length < 2 * most) seen = new Float64Array(2 ** (33 - Math.clz32(most)));
  else seen.fill(0);
}

/** Adds a counterparty; whether it is a new one. */
function isNew(high: number, low: number): boolean {
  const key = high * 0x1_0000_0000 + low;
  const mask = seen.length - 1;
  let place = (Math.imul(low ^ high, 0x9e37_79b1) >>> 16) & mask;
  while (seen[place] !== 0) {
    if (seen[place] === key) return false;
    place = (place + 1) & mask;
  }
  seen[place] = key;
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
  forgetSeen(newestFirst.length);
  for (const slot of newestFirst) {
    const ageMs = atMs - eventTimeMsOf(view, slot);
    while (ageMs >= (plan.spans[read.length]?.spanMs ?? Infinity))
      read.push(aggregateOf(sums, count, maxMinor, distinct));
    count += 1;
    addRow(sums, view, slot);
    maxMinor = Math.max(maxMinor, amountMinorOf(view, slot));
    const high = counterpartyHighOf(view, slot);
    const low = counterpartyLowOf(view, slot);
    if ((high !== 0 || low !== 0) && isNew(high, low)) distinct += 1;
  }
  while (read.length < plan.spans.length) read.push(aggregateOf(sums, count, maxMinor, distinct));
  return read;
}
