import { indexedActivity } from './indexed-activity.ts';
import {
  indexedAggregates,
  indexedCountBetween,
  indexedFind,
  indexedLastMs,
  indexedHasSeen,
  indexedLatest,
} from './indexed-queries.ts';
import {
  dropFirstIndexed,
  forgetAhead,
  forgottenRows,
  indexBytes,
  indexRecords,
  resizeIndexed,
  takeInLast,
} from './indexed-records.ts';
import type { IndexedRecords } from './indexed-records.ts';
import {
  afterMsOf,
  capacityOf,
  dropInvisible,
  invisibleAtFirst,
  isVisible,
  putToRest,
  readRows,
  recordAt,
  resize,
  roomFor,
  wake,
  writeRow,
} from './record-rows.ts';
import type { RecordRows } from './record-rows.ts';
import { scannedActivity } from './scanned-activity.ts';
import {
  scannedAggregates,
  scannedCountBetween,
  scannedFind,
  scannedLastMs,
  scannedHasSeen,
  scannedLatest,
} from './scanned-queries.ts';
import { soughtIdentity } from './sought.ts';
import type {
  AccountHistory,
  Activity,
  GroupQuery,
  RecentQuery,
  Trait,
  WindowAggregate,
  WindowPlan,
  WindowQuery,
  WindowRecord,
} from './types.ts';
import { forgettableBeforeSeconds, isVisibleAt } from './visibility.ts';
import { longestSpanMs } from './window-plan.ts';

/** Up to where looking at each record is better than an index. */
export type ScanLimits = {
  /** An account of no more records than this never has indexes: they would take far more memory. */
  readonly scannedRecords: number;
  /** A larger one has them once it has been asked more often than this: building them takes as long as so many queries. */
  readonly scans: number;
  /** A pair of counterparty and group with more records than this in reach of a query gets a line of its own. */
  readonly walkedRecords: number;
};

const measuredLimits: ScanLimits = { scannedRecords: 96, scans: 40, walkedRecords: 64 };

/** What a history takes in memory beside its rows and indexes, measured on Node 24. */
const restingSizeBytes = 170;
const emptySizeBytes = 440;
const emptyIndexBytes = 3_000;

/**
 * A class, where the rest of Weir has functions that close over what they need:
 * a million accounts with a closure per method each would take a gigabyte more.
 */
class PackedHistory implements AccountHistory {
  readonly #plan: WindowPlan;
  readonly #rows: RecordRows;
  readonly #limits: ScanLimits;
  #index: IndexedRecords | undefined;
  /** The rows as text, where they are at rest. */
  #resting: string | undefined;
  /** How often all rows of a large account have been looked at. */
  #scans: number;

  constructor(plan: WindowPlan, rows: RecordRows, limits: ScanLimits) {
    this.#plan = plan;
    this.#rows = rows;
    this.#limits = limits;
    this.#index = undefined;
    this.#resting = undefined;
    this.#scans = 0;
  }

  aggregates(query: WindowQuery): readonly WindowAggregate[] {
    const index = this.#indexToAsk();
    return index === undefined
      ? scannedAggregates(this.#awakeRows(), this.#plan, query)
      : indexedAggregates(index, this.#plan, query);
  }

  hasSeen(trait: Trait, atMs: number): boolean {
    const index = this.#indexToAsk();
    return index === undefined
      ? scannedHasSeen(this.#awakeRows(), this.#plan, trait, atMs)
      : indexedHasSeen(index, this.#plan, trait, atMs);
  }

  lastMs(atMs: number): number | undefined {
    const index = this.#indexToAsk();
    return index === undefined
      ? scannedLastMs(this.#awakeRows(), this.#plan, atMs)
      : indexedLastMs(index, this.#plan, atMs);
  }

  countAmountsBetween(query: WindowQuery, spanMs: number, lowMinor: number, highMinor: number): number {
    this.#requireReach(spanMs);
    const band = { spanMs, lowMinor, highMinor };
    const index = this.#indexToAsk();
    return index === undefined
      ? scannedCountBetween(this.#awakeRows(), this.#plan, query, band)
      : indexedCountBetween(index, this.#plan, query, band);
  }

  activity(query: GroupQuery, recent: RecentQuery): Activity {
    this.#requireReach(recent.spanMs);
    const index = this.#indexToAsk();
    return index === undefined
      ? scannedActivity(this.#awakeRows(), this.#plan, query, recent)
      : indexedActivity(index, this.#plan, query, recent);
  }

  find(identity: string): WindowRecord | undefined {
    const sought = soughtIdentity(identity);
    if (sought === undefined) return undefined;
    const index = this.#indexToAsk();
    const slot =
      index === undefined
        ? scannedFind(this.#awakeRows(), this.#plan, sought)
        : indexedFind(index, this.#plan, sought);
    return slot === undefined ? undefined : recordAt(this.#rows, slot);
  }

  latest(atMs: number, count: number): readonly WindowRecord[] {
    const index = this.#indexToAsk();
    const newestFirst =
      index === undefined
        ? scannedLatest(this.#awakeRows(), this.#plan, atMs, count)
        : indexedLatest(index, this.#plan, atMs, count);
    return newestFirst.reverse().map((slot) => recordAt(this.#rows, slot));
  }

  remembers(record: WindowRecord): boolean {
    const horizonWithItSeconds = Math.max(this.#rows.horizonSeconds, record.observedAtSeconds);
    return isVisibleAt(this.#plan, record, horizonWithItSeconds);
  }

  append(record: WindowRecord): void {
    const rows = this.#awakeRows();
    if (record.offset <= rows.lastOffset) throw new RangeError('window record: offset does not increase');
    const remembered = this.remembers(record);
    if (remembered) {
      this.#makeRoom();
      writeRow(rows, record);
    }
    rows.lastOffset = record.offset;
    rows.horizonSeconds = Math.max(rows.horizonSeconds, record.observedAtSeconds);
    if (this.#index === undefined) return;
    if (remembered) takeInLast(this.#index, this.#plan);
    forgetAhead(this.#index, this.#plan);
  }

  get lastOffset(): number | undefined {
    return this.#rows.lastOffset < 0 ? undefined : this.#rows.lastOffset;
  }

  get outOfOrderQueries(): number {
    return this.#index?.outOfOrderQueries ?? 0;
  }

  get forgettableBeforeSeconds(): number {
    return forgettableBeforeSeconds(this.#plan, this.#rows.horizonSeconds);
  }

  rest(): void {
    if (this.#index === undefined && this.#resting === undefined) this.#resting = putToRest(this.#rows);
  }

  get sizeBytes(): number {
    if (this.#resting !== undefined) return restingSizeBytes + this.#resting.length;
    const indexSizeBytes = this.#index === undefined ? 0 : emptyIndexBytes + indexBytes(this.#index);
    return emptySizeBytes + this.#rows.view.byteLength + indexSizeBytes;
  }

  #requireReach(spanMs: number): void {
    if (spanMs > longestSpanMs(this.#plan))
      throw new RangeError('window query: the span is longer than any of the plan');
  }

  #awakeRows(): RecordRows {
    if (this.#resting !== undefined) {
      wake(this.#rows, this.#resting);
      this.#resting = undefined;
    }
    return this.#rows;
  }

  /** Room for one more row: by dropping the invisible ones where they are a quarter of all, else by growing. */
  #makeRoom(): void {
    const rows = this.#rows;
    if (rows.count < capacityOf(rows)) return;
    const forgotten =
      this.#index === undefined ? this.#invisibleRows() : forgottenRows(this.#index, this.#plan);
    if (4 * forgotten >= rows.count) this.#forget(forgotten);
    else this.#resize();
  }

  #resize(): void {
    const capacity = roomFor(this.#rows.count);
    if (this.#index === undefined) resize(this.#rows, capacity);
    else resizeIndexed(this.#index, capacity);
  }

  #invisibleRows(): number {
    const rows = this.#rows;
    const afterMs = afterMsOf(this.#plan, rows);
    let invisible = 0;
    for (let slot = 0; slot < rows.count; slot += 1)
      if (!isVisible(rows.view, slot, this.#plan, afterMs)) invisible += 1;
    return invisible;
  }

  /** Drops what is invisible, at least half of it. No answer shows when: what isn't visible now never will be. */
  #forget(forgotten: number): void {
    const atFirst = this.#index === undefined ? 0 : invisibleAtFirst(this.#rows, this.#plan);
    if (this.#index !== undefined && 2 * atFirst >= forgotten)
      dropFirstIndexed(this.#index, this.#plan, atFirst);
    else this.#forgetAll();
    if (capacityOf(this.#rows) > 2 * roomFor(this.#rows.count)) this.#resize();
  }

  /** Drops all that is invisible, wherever it stands. */
  #forgetAll(): void {
    dropInvisible(this.#rows, this.#plan);
    if (this.#index === undefined) return;
    const { outOfOrderQueries } = this.#index;
    this.#index = indexRecords(this.#rows, this.#plan, this.#limits.walkedRecords);
    this.#index.outOfOrderQueries = outOfOrderQueries;
  }

  /** The indexes, where the account is large and has been asked so often that they pay. */
  #indexToAsk(): IndexedRecords | undefined {
    if (this.#index !== undefined || this.#rows.count <= this.#limits.scannedRecords) return this.#index;
    this.#scans += 1;
    if (this.#scans <= this.#limits.scans) return undefined;
    this.#scans = 0;
    this.#awakeRows();
    this.#forgetAll();
    if (this.#rows.count > this.#limits.scannedRecords)
      this.#index = indexRecords(this.#rows, this.#plan, this.#limits.walkedRecords);
    return this.#index;
  }
}

/**
 * The history of one account out of its packed records, oldest first. Records
 * at `beforeOffset` and beyond are left out: they were stored by a run whose
 * verdicts were never published, and are appended again as they are recomputed.
 *
 * Answers depend on nothing but the records with smaller offsets than the one
 * being decided: not on how they are cut into pieces, nor on which of the
 * invisible ones a store or this history has dropped already, nor on the limits,
 * which tests give.
 *
 * What is asked in the order of event times costs the same whatever the history:
 * amortised, each window takes a record in once and gives it back once. A query
 * for an earlier time walks the windows back by the difference, and is counted;
 * a late record moves four bytes of each later one.
 *
 * Throws Error for records that are damaged or out of order; RangeError from
 * `append` for an offset that isn't larger than every one before and for a
 * record that doesn't fit the stored format, and from `countAmountsBetween` and
 * `activity` for a span the plan doesn't look back over.
 */
export const createAccountHistory = (
  plan: WindowPlan,
  pieces: Iterable<Uint8Array>,
  beforeOffset: number,
  limits: ScanLimits = measuredLimits,
): AccountHistory => new PackedHistory(plan, readRows(pieces, beforeOffset), limits);
