import type { AmountBand } from './amount-bands.ts';
import { countUpTo, slotAt } from './event-time-line.ts';
import { groundOf, lastMsOf, lastWithOriginMs, originKey, pairKey } from './indexed-records.ts';
import type { IndexedRecords } from './indexed-records.ts';
import { latestOf, pairHigh, previousOf } from './pair-links.ts';
import { groupOf } from './record-format.ts';
import { afterMsOf, amountMinorOf, eventTimeMsOf, isBefore, isVisible } from './record-rows.ts';
import { findPlace, slotAtPlace } from './slot-table.ts';
import { soughtCounterparty, soughtOrigin } from './sought.ts';
import type { SoughtKey } from './sought.ts';
import type { Trait, WindowAggregate, WindowPlan, WindowQuery } from './types.ts';
import { walkBack } from './walk-back.ts';
import { longestSpanMs } from './window-plan.ts';
import { aggregatesAt, countBand, createWindowedLine, lastEnd } from './windowed-line.ts';
import type { WindowedLine } from './windowed-line.ts';

/** What lies at or before this is beyond every window that ends at `atMs`. */
const beyondMs = (index: IndexedRecords, plan: WindowPlan, atMs: number): number =>
  Math.max(atMs - longestSpanMs(plan), afterMsOf(plan, index.rows));

export function indexedAggregates(
  index: IndexedRecords,
  plan: WindowPlan,
  query: WindowQuery,
): WindowAggregate[] {
  const { view } = index.rows;
  if (query.counterparty === undefined) {
    const line = index.lines.get(groupOf(query));
    return line === undefined ? walkBack(view, [], plan, query.atMs) : askLine(index, line, plan, query.atMs);
  }
  const reach = reachOfPair(index, plan, query, query.counterparty);
  return Array.isArray(reach)
    ? walkBack(view, reach, plan, query.atMs)
    : askLine(index, reach, plan, query.atMs);
}

/** Moves a line's windows, and counts the query where they had stood behind its time already. */
function askLine(
  index: IndexedRecords,
  line: WindowedLine,
  plan: WindowPlan,
  atMs: number,
): WindowAggregate[] {
  const endedAt = lastEnd(line);
  const aggregates = aggregatesAt(groundOf(index, line), plan, atMs, afterMsOf(plan, index.rows));
  if (lastEnd(line) < endedAt) index.outOfOrderQueries += 1;
  return aggregates;
}

/** The records of a pair that lie within the query's longest window, newest first; or the pair's line, where it has one or should. */
function reachOfPair(
  index: IndexedRecords,
  plan: WindowPlan,
  query: WindowQuery,
  counterparty: string,
): number[] | WindowedLine {
  const sought = soughtCounterparty(counterparty);
  if (sought === undefined) return [];
  const high = pairHigh(groupOf(query), sought.high);
  const known = index.pairLines.size === 0 ? undefined : index.pairLines.get(pairKey(high, sought.low));
  if (known !== undefined) return known;
  const { rows, links } = index;
  const fromMs = beyondMs(index, plan, query.atMs);
  const reach: number[] = [];
  let walked = 0;
  let slot = latestOf(links, rows.view, high, sought.low);
  for (; slot >= 0; slot = previousOf(links, slot)) {
    const eventTimeMs = eventTimeMsOf(rows.view, slot);
    if (eventTimeMs <= fromMs) break;
    if (eventTimeMs <= query.atMs) reach.push(slot);
    walked += 1;
    if (walked > index.walkedRecords) return createPairLine(index, plan, high, sought.low);
  }
  return reach;
}

function createPairLine(index: IndexedRecords, plan: WindowPlan, high: number, low: number): WindowedLine {
  const { rows, links, pairLines } = index;
  const slots: number[] = [];
  for (let slot = latestOf(links, rows.view, high, low); slot >= 0; slot = previousOf(links, slot))
    slots.push(slot);
  const line = createWindowedLine(Int32Array.from(slots).reverse(), plan);
  pairLines.set(pairKey(high, low), line);
  return line;
}

export function indexedCountBetween(
  index: IndexedRecords,
  plan: WindowPlan,
  query: WindowQuery,
  band: AmountBand,
): number {
  const { view } = index.rows;
  const reach =
    query.counterparty === undefined
      ? (index.lines.get(groupOf(query)) ?? [])
      : reachOfPair(index, plan, query, query.counterparty);
  if (!Array.isArray(reach))
    return countBand(groundOf(index, reach), band, query.atMs, afterMsOf(plan, index.rows));
  const { spanMs, lowMinor, highMinor } = band;
  return reach.filter((slot) => {
    const amountMinor = amountMinorOf(view, slot);
    return (
      eventTimeMsOf(view, slot) > query.atMs - spanMs && amountMinor >= lowMinor && amountMinor < highMinor
    );
  }).length;
}

export function indexedHasSeen(index: IndexedRecords, plan: WindowPlan, trait: Trait, atMs: number): boolean {
  const fromMs = beyondMs(index, plan, atMs);
  if (trait.kind === 'counterparty') {
    const sought = soughtCounterparty(trait.counterparty);
    return sought !== undefined && hasSeenCounterparty(index, sought, atMs, fromMs);
  }
  const number = soughtOrigin(trait);
  if (number === undefined) return false;
  const latestMs = index.latestByOrigin.get(originKey(trait.kind, number)) ?? -Infinity;
  if (latestMs <= atMs) return latestMs > fromMs;
  index.outOfOrderQueries += 1;
  return lastWithOriginMs(index, trait.kind, number, atMs, fromMs) !== undefined;
}

function hasSeenCounterparty(
  index: IndexedRecords,
  { high, low }: SoughtKey,
  atMs: number,
  fromMs: number,
): boolean {
  const { rows, links, lines } = index;
  for (const group of lines.keys()) {
    let slot = latestOf(links, rows.view, pairHigh(group, high), low);
    while (slot >= 0 && eventTimeMsOf(rows.view, slot) > atMs) slot = previousOf(links, slot);
    if (slot >= 0 && eventTimeMsOf(rows.view, slot) > fromMs) return true;
  }
  return false;
}

export function indexedLastMs(index: IndexedRecords, plan: WindowPlan, atMs: number): number | undefined {
  const lastMs = index.latestMs <= atMs ? index.latestMs : lastMsOf(index, atMs);
  return lastMs !== undefined && lastMs > afterMsOf(plan, index.rows) ? lastMs : undefined;
}

/** The slot of the visible record of an identity with the smallest offset. */
export function indexedFind(
  index: IndexedRecords,
  plan: WindowPlan,
  { high, low }: SoughtKey,
): number | undefined {
  const { rows, identities } = index;
  const afterMs = afterMsOf(plan, rows);
  let first: number | undefined;
  let place = findPlace(identities, rows.view, high, low);
  for (; place >= 0; place = findPlace(identities, rows.view, high, low, place)) {
    const slot = slotAtPlace(identities, place);
    if ((first === undefined || slot < first) && isVisible(rows.view, slot, plan, afterMs)) first = slot;
  }
  return first;
}

/** The slots of the latest `count` visible records up to `atMs`, newest first: those of all groups, merged. */
export function indexedLatest(
  index: IndexedRecords,
  plan: WindowPlan,
  atMs: number,
  count: number,
): number[] {
  const { view } = index.rows;
  const afterMs = afterMsOf(plan, index.rows);
  const cursors = Array.from(index.lines.values(), (line) => ({
    line,
    position: countUpTo(line, view, atMs, line.count),
  }));
  const newestFirst: number[] = [];
  while (newestFirst.length < count) {
    let newest: (typeof cursors)[number] | undefined;
    for (const cursor of cursors) {
      if (cursor.position > 0 && (newest === undefined || isBefore(view, lastOf(newest), lastOf(cursor))))
        newest = cursor;
    }
    if (newest === undefined || eventTimeMsOf(view, lastOf(newest)) <= afterMs) break;
    newestFirst.push(lastOf(newest));
    newest.position -= 1;
  }
  return newestFirst;
}

const lastOf = ({ line, position }: { readonly line: WindowedLine; readonly position: number }): number =>
  slotAt(line, position - 1);
