import type { AmountBand } from './amount-bands.ts';
import { groupOf } from './record-format.ts';
import {
  afterMsOf,
  amountMinorOf,
  counterpartyHighOf,
  counterpartyLowOf,
  eventTimeMsOf,
  groupOfRow,
  identityHighOf,
  identityLowOf,
  isBefore,
  isVisible,
  originOf,
} from './record-rows.ts';
import type { RecordRows } from './record-rows.ts';
import { soughtCounterparty, soughtOrigin } from './sought.ts';
import type { SoughtKey } from './sought.ts';
import type { Trait, WindowAggregate, WindowPlan, WindowQuery } from './types.ts';
import { walkBack } from './walk-back.ts';
import { longestSpanMs } from './window-plan.ts';

// The queries of a small account: each looks at all of its rows, which are too few for indexes to pay.

/** Which rows a scan is after; what is absent matches all. */
type Sought = { readonly group?: number; readonly counterparty?: SoughtKey };

/** What a query is after; undefined where no row can match. */
function soughtBy(query: WindowQuery): Sought | undefined {
  const group = groupOf(query);
  if (query.counterparty === undefined) return { group };
  const counterparty = soughtCounterparty(query.counterparty);
  return counterparty === undefined ? undefined : { group, counterparty };
}

const isOf = (view: DataView, slot: number, { high, low }: SoughtKey): boolean =>
  counterpartyLowOf(view, slot) === low && counterpartyHighOf(view, slot) === high;

/** The slots of the visible records of (atMs − spanMs, atMs] that match, newest first. */
function scan(
  rows: RecordRows,
  plan: WindowPlan,
  atMs: number,
  spanMs: number,
  { group, counterparty }: Sought,
): number[] {
  const { view } = rows;
  const afterMs = afterMsOf(plan, rows);
  const newestFirst: number[] = [];
  let inOrder = true;
  let lastMs = Infinity;
  for (let slot = rows.count - 1; slot >= 0; slot -= 1) {
    if (group !== undefined && groupOfRow(view, slot) !== group) continue;
    const eventTimeMs = eventTimeMsOf(view, slot);
    if (eventTimeMs > atMs || eventTimeMs <= atMs - spanMs) continue;
    if (counterparty !== undefined && !isOf(view, slot, counterparty)) continue;
    if (!isVisible(view, slot, plan, afterMs)) continue;
    newestFirst.push(slot);
    inOrder &&= eventTimeMs <= lastMs;
    lastMs = eventTimeMs;
  }
  return inOrder ? newestFirst : newestFirst.sort((a, b) => (isBefore(view, a, b) ? 1 : -1));
}

export function scannedAggregates(rows: RecordRows, plan: WindowPlan, query: WindowQuery): WindowAggregate[] {
  const sought = soughtBy(query);
  const slots = sought === undefined ? [] : scan(rows, plan, query.atMs, longestSpanMs(plan), sought);
  return walkBack(rows.view, slots, plan, query.atMs);
}

export function scannedCountBetween(
  rows: RecordRows,
  plan: WindowPlan,
  query: WindowQuery,
  { spanMs, lowMinor, highMinor }: AmountBand,
): number {
  const sought = soughtBy(query);
  if (sought === undefined) return 0;
  return scan(rows, plan, query.atMs, spanMs, sought).filter((slot) => {
    const amountMinor = amountMinorOf(rows.view, slot);
    return amountMinor >= lowMinor && amountMinor < highMinor;
  }).length;
}

/** Whether a visible record of (atMs − the longest span, atMs] matches; of what is usual the newest rows have one. */
function hasMatch(
  rows: RecordRows,
  plan: WindowPlan,
  atMs: number,
  matches: (view: DataView, slot: number) => boolean,
): boolean {
  const { view } = rows;
  const afterMs = afterMsOf(plan, rows);
  const fromMs = atMs - longestSpanMs(plan);
  for (let slot = rows.count - 1; slot >= 0; slot -= 1) {
    if (!matches(view, slot)) continue;
    const eventTimeMs = eventTimeMsOf(view, slot);
    if (eventTimeMs > fromMs && eventTimeMs <= atMs && isVisible(view, slot, plan, afterMs)) return true;
  }
  return false;
}

export function scannedHasSeen(rows: RecordRows, plan: WindowPlan, trait: Trait, atMs: number): boolean {
  if (trait.kind === 'counterparty') {
    const sought = soughtCounterparty(trait.counterparty);
    return sought !== undefined && hasMatch(rows, plan, atMs, (view, slot) => isOf(view, slot, sought));
  }
  const number = soughtOrigin(trait);
  if (number === undefined) return false;
  return hasMatch(rows, plan, atMs, (view, slot) => originOf(view, slot, trait.kind) === number);
}

/** When the last visible record up to `atMs` happened. */
export function scannedLastMs(rows: RecordRows, plan: WindowPlan, atMs: number): number | undefined {
  const { view } = rows;
  const afterMs = afterMsOf(plan, rows);
  let lastMs = -Infinity;
  for (let slot = rows.count - 1; slot >= 0; slot -= 1) {
    const eventTimeMs = eventTimeMsOf(view, slot);
    // Of records in order only the first that is visible gets further than this.
    if (eventTimeMs <= lastMs || eventTimeMs > atMs) continue;
    if (isVisible(view, slot, plan, afterMs)) lastMs = eventTimeMs;
  }
  return lastMs === -Infinity ? undefined : lastMs;
}

/** The slots of the latest `count` visible records up to `atMs`, newest first. */
export const scannedLatest = (rows: RecordRows, plan: WindowPlan, atMs: number, count: number): number[] =>
  scan(rows, plan, atMs, Infinity, {}).slice(0, count);

/** The slot of the visible record of an identity with the smallest offset. */
export function scannedFind(
  rows: RecordRows,
  plan: WindowPlan,
  { high, low }: SoughtKey,
): number | undefined {
  const { view } = rows;
  const afterMs = afterMsOf(plan, rows);
  for (let slot = 0; slot < rows.count; slot += 1) {
    if (identityLowOf(view, slot) !== low || identityHighOf(view, slot) !== high) continue;
    if (isVisible(view, slot, plan, afterMs)) return slot;
  }
  return undefined;
}
