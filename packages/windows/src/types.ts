import type { CreditDebitIndicator } from '@weir/contracts';

/** One span of a window plan. A window over it is `(t − spanMs, t]` in event time. */
export type WindowSpan = { readonly name: string; readonly spanMs: number };

/**
 * The versioned set of windows every verdict is computed from, and how late or
 * how far ahead an event may be. Spans are in ascending order. All times in
 * milliseconds.
 */
export type WindowPlan = {
  readonly ref: string;
  readonly spans: readonly [WindowSpan, ...WindowSpan[]];
  readonly allowedLatenessMs: number;
  readonly futureToleranceMs: number;
};

/**
 * What a window remembers of one transaction: all that rests in Redis. Fixed
 * size, no name, no account number. Two transactions of an account with the
 * same `identity` are the same transaction if their `digest` agrees too.
 */
export type WindowRecord = {
  /** Offset in the partition of the log; unique, and the order in which verdicts are made. */
  readonly offset: number;
  readonly eventTimeMs: number;
  /** When ingest saw it, in whole seconds: coarse enough to pack, fine enough to trim by. */
  readonly observedAtSeconds: number;
  readonly amountMinor: number;
  /** ISO 4217 numeric code. */
  readonly currency: number;
  readonly creditDebitIndicator: CreditDebitIndicator;
  /** First 8 bytes of the identity's pseudonym, as 16 hex digits. */
  readonly identity: string;
  /** First 4 bytes of the SHA-256 of the identity's pseudonym and the transaction's content, as 8 hex digits. */
  readonly digest: string;
  /** First 6 bytes of the counterparty's pseudonym as 12 hex digits, or "" where there is none. */
  readonly counterparty: string;
  /** Index into the contract's channels; 0 where not given. */
  readonly channel: number;
  /** ISO 3166-1 alpha-2, or "" where not given. */
  readonly country: string;
};

/** Exact integers over the records of one window. */
export type WindowAggregate = {
  readonly count: number;
  readonly sumMinor: bigint;
  /** Sum of round(1000·ln(1 + amountMinor)), and of its squares. */
  readonly logSum: number;
  readonly logSquareSum: number;
  readonly maxMinor: number;
  readonly distinctCounterparties: number;
};

/** Records of one currency and direction, at an event time. */
export type GroupQuery = {
  readonly atMs: number;
  readonly currency: number;
  readonly creditDebitIndicator: CreditDebitIndicator;
};

/** Which records a window is asked over. */
export type WindowQuery = GroupQuery & {
  /** Narrows the key from the account to account × counterparty; absent means all, "" nobody. */
  readonly counterparty?: string;
};

/** What is asked of the recent part of an activity: over which span, of which amount, and what counts as round. */
export type RecentQuery = {
  /** Not longer than the plan's longest span. */
  readonly spanMs: number;
  readonly amountMinor: number;
  /** Round amounts are the multiples of it; at least 1. */
  readonly unitMinor: number;
};

/**
 * When and how much an account moves in one currency and direction. Over the
 * plan's longest span, but for what is called recent.
 */
export type Activity = {
  readonly count: number;
  /** When the first and the last record happened; undefined where there is none. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  /**
   * The lower median of the log amounts, and the lower median of their distances from it, in
   * thousandths of the natural logarithm. Amounts are taken as the middle of their bin, which is
   * 25 thousandths wide; distances are between bins. Both 0 where there is no record.
   */
  readonly medianMilli: number;
  readonly deviationMilli: number;
  /** How many records fall into each hour of the day, UTC, from midnight on. */
  readonly countsByHour: readonly number[];
  /**
   * What was moved on each whole day of the calendar, UTC, after the first record's and before the
   * recent span, oldest first, with the days of nothing: in minor units, rounded to a double.
   */
  readonly daySumsMinor: readonly number[];
  /** What was moved within the recent span, and in the opposite direction; rounded to a double. */
  readonly recentSumMinor: number;
  readonly recentOppositeSumMinor: number;
  /** How many recent records have the amount asked for, and how many a round one. */
  readonly recentEqual: number;
  readonly recentRound: number;
};

/** What a transaction has that its account may have shown before, in any currency and direction. */
export type Trait =
  | { readonly kind: 'counterparty'; readonly counterparty: string }
  | { readonly kind: 'country'; readonly country: string }
  | { readonly kind: 'channel'; readonly channel: number };

/**
 * The records of one account with offsets below the one being decided, as far
 * back as the plan looks. Only what lies within the plan's longest span plus
 * lateness of the latest observation is visible, so that what has been trimmed
 * can never have mattered.
 */
export type AccountHistory = {
  /** One aggregate per span of the plan, in the plan's order. */
  aggregates(query: WindowQuery): readonly WindowAggregate[];
  /**
   * Whether a visible record with the trait happened at or before `atMs` and within the plan's longest
   * span of it, in any currency and direction. Records without a value for the trait have none to find.
   */
  hasSeen(trait: Trait, atMs: number): boolean;
  /**
   * When the latest visible record happened, at or before `atMs`: what "time since last" is counted from.
   * Reaches back as far as the account remembers; undefined where there is none.
   */
  lastMs(atMs: number): number | undefined;
  /** How many records of the query's window of `spanMs` have an amount in [lowMinor, highMinor). */
  countAmountsBetween(query: WindowQuery, spanMs: number, lowMinor: number, highMinor: number): number;
  /** When and how much the account moves, in general and lately. */
  activity(query: GroupQuery, recent: RecentQuery): Activity;
  /** The visible record of that identity with the smallest offset, if any. */
  find(identity: string): WindowRecord | undefined;
  /** The latest `count` visible records by event time up to `atMs`, oldest first. */
  latest(atMs: number, count: number): readonly WindowRecord[];
  /**
   * Whether the record would itself be visible once appended. Where it would not, the windows
   * behind it have been forgotten, and nothing it is compared with means anything.
   */
  remembers(record: WindowRecord): boolean;
  /** Takes in a record with a larger offset than any before it. */
  append(record: WindowRecord): void;
  /** The offset of the last record taken in, forgotten or not; undefined where there was none. */
  readonly lastOffset: number | undefined;
  /**
   * How many queries so far lay before an earlier one and had to walk the windows back. Those of a small
   * account are none of them: looking at all of its records is what each costs anyway.
   */
  readonly outOfOrderQueries: number;
  /**
   * Records observed before this second are invisible from here on; 0 where there are none.
   * Read before a batch is appended it is the horizon the batch's chain commit may carry.
   */
  readonly forgettableBeforeSeconds: number;
  /** Takes as little memory as it can until it is asked again, which brings it back; no answer changes. */
  rest(): void;
  /** About how many bytes of memory it takes, for the cache's bound. */
  readonly sizeBytes: number;
};

/** The next offset to append, and the token of the writer that moved it there. */
export type StoredPosition = { readonly next: number; readonly token: string };

export type ChainCommit = {
  readonly partition: number;
  /** The position the writer believes in, and who moved it there; undefined where it believes there is none. */
  readonly expected: StoredPosition | undefined;
  readonly next: number;
  readonly token: string;
  /** Packed records by account pseudonym, in offset order. */
  readonly appends: ReadonlyMap<string, Uint8Array>;
  /**
   * By account of `appends`, the offset of the last record the writer knows it to have; absent where
   * it knows of none. A store that holds something else has lost a key, or got one back.
   */
  readonly after: ReadonlyMap<string, number>;
  /**
   * By account, the second such that records observed before it may be forgotten: full
   * segments whose every record is older than it are dropped. It must come from records
   * that are published for good, since all others may be decided again after a crash.
   */
  readonly horizons: ReadonlyMap<string, number>;
};

/**
 * How a chain commit ended. `alreadyMine`: this very commit had been applied
 * and only its answer was lost. `behind`, `ahead`, `missing`: somebody else
 * moved the position, or it is gone; the partition has to be taken over again.
 * `damaged`: the position is right but an account's records are not what the
 * writer knows them to be; the partition has to be rebuilt from the log.
 */
export type ChainOutcome = 'applied' | 'alreadyMine' | 'behind' | 'ahead' | 'missing' | 'damaged';

/**
 * Where windows rest between processes: packed records and one position per
 * partition of one log and one window plan, nothing derived. Every adapter
 * passes one contract suite.
 */
export type WindowStore = {
  position(partition: number): Promise<StoredPosition | undefined>;
  /**
   * The packed records of each account in stored order, cut into pieces of whole records; an
   * account without records is absent. Throws WeirError `windows_damaged` where something of the
   * partition is missing or can't be read: nothing may be decided by what is left.
   */
  load(partition: number, accounts: readonly string[]): Promise<ReadonlyMap<string, readonly Uint8Array[]>>;
  /** Into how many pages the accounts of a partition fall; fixed for a store. */
  readonly accountPages: number;
  /** The accounts with records on one page, 0 ≤ page < accountPages, in no order. */
  listAccounts(partition: number, page: number): Promise<readonly string[]>;
  /** Moves the position and appends, all or nothing. */
  commit(commit: ChainCommit): Promise<ChainOutcome>;
  /** Forgets the partition's records and position, so that it can be rebuilt from the log. */
  clear(partition: number): Promise<void>;
};
