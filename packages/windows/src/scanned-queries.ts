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

/** The slots of the visible records of (atMs − spanMs, atMs] that match, newest first. */
function scan(
  rows: RecordRows,
  plan: WindowPlan,
  atMs: number,
  spanMs: number,
  matches: (slot: number) => boolean,
): number[] {
  const { view } = rows;
  const afterMs = afterMsOf(plan, rows);
  const newestFirst: number[] = [];
  let inOrder = true;
  let before = Infinity;
  for (let slot = rows.count - 1; slot >= 0; slot -= 1) {
    const eventTimeMs = eventTimeMsOf(view, slot);
    if (eventTimeMs > atMs || eventTimeMs <= atMs - spanMs) continue;
    if (!matches(slot) || !isVisible(view, slot, plan, afterMs)) continue;
    newestFirst.push(slot);
    inOrder &&= eventTimeMs <= before;
    before = eventTimeMs;
  }
  return inOrder ? newestFirst : newestFirst.sort((a, b) => (isBefore(view, a, b) ? 1 : -1));
}

function matcherOf(view: DataView, query: WindowQuery): (slot: number) => boolean {
  const group = groupOf(query);
  if (query.counterparty === undefined) return (slot) => groupOfRow(view, slot) === group;
  const isOfCounterparty = counterpartyMatcher(view, query.counterparty);
  return (slot) => groupOfRow(view, slot) === group && isOfCounterparty(slot);
}

function counterpartyMatcher(view: DataView, counterparty: string): (slot: number) => boolean {
  const sought = soughtCounterparty(counterparty);
  if (sought === undefined) return () => false;
  const { high, low } = sought;
  return (slot) => counterpartyLowOf(view, slot) === low && counterpartyHighOf(view, slot) === high;
}

function traitMatcher(view: DataView, trait: Trait): (slot: number) => boolean {
  if (trait.kind === 'counterparty') return counterpartyMatcher(view, trait.counterparty);
  const number = soughtOrigin(trait);
  if (number === undefined) return () => false;
  return (slot) => originOf(view, slot, trait.kind) === number;
}

export const scannedAggregates = (
  rows: RecordRows,
  plan: WindowPlan,
  query: WindowQuery,
): WindowAggregate[] =>
  walkBack(
    rows.view,
    scan(rows, plan, query.atMs, longestSpanMs(plan), matcherOf(rows.view, query)),
    plan,
    query.atMs,
  );

export function scannedCountBetween(
  rows: RecordRows,
  plan: WindowPlan,
  query: WindowQuery,
  band: { readonly spanMs: number; readonly lowMinor: number; readonly highMinor: number },
): number {
  const { view } = rows;
  const isOfQuery = matcherOf(view, query);
  const isInBand = (slot: number): boolean => {
    const amountMinor = amountMinorOf(view, slot);
    return amountMinor >= band.lowMinor && amountMinor < band.highMinor;
  };
  return scan(rows, plan, query.atMs, band.spanMs, (slot) => isInBand(slot) && isOfQuery(slot)).length;
}

export function scannedLastSeenMs(
  rows: RecordRows,
  plan: WindowPlan,
  trait: Trait,
  atMs: number,
): number | undefined {
  const [last] = scan(rows, plan, atMs, longestSpanMs(plan), traitMatcher(rows.view, trait));
  return last === undefined ? undefined : eventTimeMsOf(rows.view, last);
}

export function scannedLastMs(rows: RecordRows, plan: WindowPlan, atMs: number): number | undefined {
  const [last] = scannedLatest(rows, plan, atMs, 1);
  return last === undefined ? undefined : eventTimeMsOf(rows.view, last);
}

/** The slots of the latest `count` visible records up to `atMs`, newest first. */
export const scannedLatest = (rows: RecordRows, plan: WindowPlan, atMs: number, count: number): number[] =>
  scan(rows, plan, atMs, Infinity, () => true).slice(0, count);

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
