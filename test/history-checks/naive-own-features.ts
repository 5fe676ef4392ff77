import { lnBeta } from './naive-tail.ts';
import type { NaivePlan, NaiveRecord } from './naive-windows.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What was learned of other accounts: mean and spread of their log amounts in thousandths, and transactions on a day. */
export type NaivePeers = {
  readonly meanMilli: number;
  readonly spreadMilli: number;
  readonly perDay: number;
};

/** A transaction and the earlier ones that are seen from it, up to its own time. */
export type NaiveOwn = {
  readonly record: NaiveRecord;
  /** Of any currency and direction. */
  readonly seen: readonly NaiveRecord[];
  readonly plan: NaivePlan;
  /** Round amounts are multiples of so many minor units. */
  readonly roundMinor: number;
  /** Of its currency and direction; absent where nothing has been learned. */
  readonly peers?: NaivePeers | undefined;
};

/**
 * What a transaction is against its own account, each by its definition over
 * plain lists.
 */
export function naiveOwnFeatures(own: NaiveOwn): Record<string, number | null> {
  const { record, plan, peers } = own;
  const longestMs = Math.max(...plan.spans.map(({ spanMs }) => spanMs));
  const recentMs = Math.min(dayMs, longestMs);
  const past = alike(own, longestMs);
  const today = alike(own, recentMs);
  const shorter = plan.spans.filter(({ spanMs }) => spanMs !== longestMs);
  const each = (name: string, value: (spanMs: number) => number): Record<string, number> =>
    Object.fromEntries(shorter.map((span) => [`${name}_${span.name}`, value(span.spanMs)]));
  const seenInReach = own.seen.filter(({ eventTimeMs }) => eventTimeMs > record.eventTimeMs - longestMs);
  const isFirst = (has: (one: NaiveRecord) => boolean): number => (seenInReach.some(has) ? 0 : 1);
  const daySums = daySumsOf(past, record.eventTimeMs - recentMs);
  return {
    historyState: past.length === 0 ? 0 : past.length < 20 ? 1 : 2,
    amountRobustZ: robustZ(record, past, peers),
    ...each('velocitySurprise', (spanMs) => velocity(record, past, spanMs, peers)),
    daySumSurprise: daySumSurprise(sumOf(today) + record.amountMinor, past, daySums, peers),
    counterpartySurprise:
      record.counterparty === ''
        ? null
        : isFirst(({ counterparty }) => counterparty === record.counterparty) * newcomers(past),
    newCountry: record.country === '' ? null : isFirst(({ country }) => country === record.country),
    newChannel: record.channel === 0 ? null : isFirst(({ channel }) => channel === record.channel),
    hourSurprise: hourSurprise(record, past),
    dormancySurprise: dormancy(record, past),
    ...passThrough(own, sumOf(today) + record.amountMinor, recentMs),
    roundAmountCount_24h: isRound(own, record) ? 1 + today.filter((one) => isRound(own, one)).length : 0,
    equalAmountCount_24h: 1 + today.filter(({ amountMinor }) => amountMinor === record.amountMinor).length,
    amountPeerZ:
      peers === undefined
        ? null
        : (logMilli(record.amountMinor) - peers.meanMilli) / Math.max(250, peers.spreadMilli),
    restOfDayZ: restOfDay(own, past, daySums, sumOf(today)),
    ...each('peakOverTypical', (spanMs) => {
      const largest = largestOf(alike(own, spanMs));
      return largest === 0 ? 0 : Math.log(largest / typicalOf(past, peers));
    }),
  };
}

const alike = ({ record, seen }: NaiveOwn, spanMs: number): NaiveRecord[] =>
  seen.filter(
    (one) =>
      one.eventTimeMs > record.eventTimeMs - spanMs &&
      one.currency === record.currency &&
      one.creditDebitIndicator === record.creditDebitIndicator,
  );

const sumOf = (records: readonly NaiveRecord[]): number =>
  Number(records.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n));

const largestOf = (records: readonly NaiveRecord[]): number =>
  Math.max(0, ...records.map(({ amountMinor }) => amountMinor));

const isRound = ({ roundMinor }: NaiveOwn, { amountMinor }: NaiveRecord): boolean =>
  amountMinor % roundMinor === 0;

/** From 25 nats on what is beyond counts ever less, and 50 are never reached; below zero alike. */
function bounded(value: number): number {
  const size = Math.abs(value);
  return size <= 25 ? value : Math.sign(value) * (50 - 625 / size);
}

/** A surprise is no less than nothing. */
const surprise = (lnProbability: number): number => bounded(Math.max(0, -lnProbability));

const logMilli = (amountMinor: number): number => Math.floor(1000 * Math.log(1 + amountMinor) + 0.5);

/** The middle one of the numbers, the lower of two. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

/** The middle of the bin of 25 thousandths that each log amount falls into. */
const middlesOf = (past: readonly NaiveRecord[]): number[] =>
  past.map(({ amountMinor }) => Math.floor(logMilli(amountMinor) / 25) * 25 + 12.5);

/** The median amount, or the peers' where there is none, one minor unit at the least; NaN where nobody knows one. */
const typicalOf = (past: readonly NaiveRecord[], peers: NaivePeers | undefined): number => {
  const milli = past.length === 0 ? (peers?.meanMilli ?? NaN) : median(middlesOf(past));
  return Math.max(1, Math.exp(milli / 1000) - 1);
};

/** Until 20 transactions it leans on the peers, or on a spread of e up or down, as if they were five of them at first. */
function robustZ(
  { amountMinor }: NaiveRecord,
  past: readonly NaiveRecord[],
  peers: NaivePeers | undefined,
): number {
  if (past.length === 0 && peers === undefined) return 0;
  const middles = middlesOf(past);
  const centre = past.length === 0 ? 0 : median(middles);
  const own = past.length === 0 ? 0 : 1.4826 * median(middles.map((middle) => Math.abs(middle - centre)));
  const weight = 5 * Math.max(0, 1 - past.length / 20);
  const drawn = (ofOwn: number, ofPeers: number): number =>
    (past.length * ofOwn + weight * ofPeers) / (past.length + weight);
  const variance = drawn(own ** 2, (peers?.spreadMilli ?? 1000) ** 2);
  return bounded(
    (logMilli(amountMinor) - drawn(centre, peers?.meanMilli ?? centre)) / Math.max(250, Math.sqrt(variance)),
  );
}

/** By the rate of what lies between the first transaction and the span, and of one in a day, or the peers' time for one, before all that. */
function velocity(
  { eventTimeMs }: NaiveRecord,
  past: readonly NaiveRecord[],
  spanMs: number,
  peers: NaivePeers | undefined,
): number {
  const startMs = eventTimeMs - spanMs;
  const within = past.filter((one) => one.eventTimeMs > startMs).length;
  if (within === 0) return 0;
  const firstMs = Math.min(...past.map((one) => one.eventTimeMs));
  const before = Math.max(0, past.length - within - 1);
  const watchedMs = dayMs / (peers?.perDay ?? 1) + Math.max(0, startMs - firstMs);
  return surprise(lnBeta(spanMs / (watchedMs + spanMs), within, 1 + before));
}

/** What went on each whole day between the first transaction's and the recent span, the days of nothing with them. */
function daySumsOf(past: readonly NaiveRecord[], untilMs: number): number[] {
  const firstMs = Math.min(...past.map(({ eventTimeMs }) => eventTimeMs));
  const sums: number[] = [];
  let fromMs = new Date(past.length === 0 ? untilMs : firstMs).setUTCHours(24, 0, 0, 0);
  for (; fromMs + dayMs <= untilMs + 1; fromMs += dayMs) {
    const ofDay = past.filter(({ eventTimeMs }) => eventTimeMs >= fromMs && eventTimeMs < fromMs + dayMs);
    sums.push(sumOf(ofDay));
  }
  return sums;
}

function daySumSurprise(
  sumMinor: number,
  past: readonly NaiveRecord[],
  daySums: readonly number[],
  peers: NaivePeers | undefined,
): number {
  const typical = typicalOf(past, peers);
  if (Number.isNaN(typical) || sumMinor === 0) return 0;
  const active = daySums.filter((sum) => sum > 0);
  const moved = active.reduce((total, sum) => total + sum, 0);
  const mean = moved / active.length;
  const spread = active.reduce((total, sum) => total + (sum / mean - 1) ** 2, 0);
  const shape = Math.min(16, (active.length + 3) / (spread + 3));
  const all = moved + typical * Math.max(1, peers?.perDay ?? 1);
  return surprise(lnBeta(all / (all + sumMinor), shape * (active.length + 1), shape));
}

const newcomers = (past: readonly NaiveRecord[]): number => {
  const names = past.map(({ counterparty }) => counterparty).filter((name) => name !== '');
  return Math.log((past.length + 2) / (new Set(names).size + 1));
};

function hourSurprise({ eventTimeMs }: NaiveRecord, past: readonly NaiveRecord[]): number {
  const hourOf = (timeMs: number): number => new Date(timeMs).getUTCHours();
  const near = past.reduce((sum, one) => {
    const apart = Math.abs(hourOf(one.eventTimeMs) - hourOf(eventTimeMs));
    return sum + Math.max(0, 4 - Math.min(apart, 24 - apart)) / 16;
  }, 0);
  return -Math.log((24 * (near + 12 / 24)) / (past.length + 12));
}

function dormancy({ eventTimeMs }: NaiveRecord, past: readonly NaiveRecord[]): number {
  if (past.length === 0) return 0;
  const times = past.map((one) => one.eventTimeMs);
  const [firstMs, lastMs] = [Math.min(...times), Math.max(...times)];
  const usualMs = Math.max(dayMs, (dayMs + lastMs - firstMs) / past.length);
  const shape = Math.min(4, past.length);
  return bounded(shape * Math.log1p((eventTimeMs - lastMs) / (shape * usualMs)));
}

function passThrough(
  { record, seen }: NaiveOwn,
  outMinor: number,
  spanMs: number,
): { passThroughShare: number; passThroughMinor: number } {
  const cameIn = seen.filter(
    (one) =>
      record.creditDebitIndicator === 'DBIT' &&
      one.creditDebitIndicator === 'CRDT' &&
      one.currency === record.currency &&
      one.eventTimeMs > record.eventTimeMs - spanMs,
  );
  const inMinor = sumOf(cameIn);
  const passThroughMinor = Math.min(inMinor, outMinor);
  return { passThroughShare: inMinor === 0 ? 0 : passThroughMinor / inMinor, passThroughMinor };
}

function restOfDay(
  own: NaiveOwn,
  past: readonly NaiveRecord[],
  daySums: readonly number[],
  todayMinor: number,
): number {
  const typical = typicalOf(past, own.peers);
  if (Number.isNaN(typical)) return 0;
  const { amountMinor } = own.record;
  const ofDay = own.plan.spans.filter(({ spanMs }) => spanMs <= dayMs);
  const largest = largestOf(alike(own, Math.max(0, ...ofDay.map(({ spanMs }) => spanMs))));
  const rest = todayMinor + amountMinor - Math.max(amountMinor, largest);
  const days = [2 * typical, ...daySums];
  const mean = days.reduce((sum, day) => sum + day, 0) / days.length;
  const square = days.reduce((sum, day) => sum + day ** 2, 0) / days.length;
  return bounded((rest - mean) / Math.sqrt(square));
}
