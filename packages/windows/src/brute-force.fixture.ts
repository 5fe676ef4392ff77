import { logMilli } from './logarithm.ts';
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

/** What a history answers, without how it keeps itself. */
export type HistoryAnswers = Pick<
  AccountHistory,
  | 'aggregates'
  | 'countAmountsBetween'
  | 'activity'
  | 'hasSeen'
  | 'lastMs'
  | 'find'
  | 'latest'
  | 'remembers'
  | 'lastOffset'
  | 'forgettableBeforeSeconds'
>;

const latestTime = (records: readonly WindowRecord[]): number | undefined =>
  records.length === 0 ? undefined : Math.max(...records.map((record) => record.eventTimeMs));

function hasTrait(record: WindowRecord, trait: Trait): boolean {
  switch (trait.kind) {
    case 'counterparty':
      return trait.counterparty !== '' && record.counterparty === trait.counterparty;
    case 'country':
      return trait.country !== '' && record.country === trait.country;
    case 'channel':
      return trait.channel !== 0 && record.channel === trait.channel;
  }
}

function aggregateOf(records: readonly WindowRecord[]): WindowAggregate {
  const logs = records.map((record) => logMilli(record.amountMinor));
  const counterparties = records.map((record) => record.counterparty).filter((one) => one !== '');
  return {
    count: records.length,
    sumMinor: records.reduce((total, record) => total + BigInt(record.amountMinor), 0n),
    logSum: logs.reduce((total, log) => total + log, 0),
    logSquareSum: logs.reduce((total, log) => total + log * log, 0),
    maxMinor: records.reduce((largest, record) => Math.max(largest, record.amountMinor), 0),
    distinctCounterparties: new Set(counterparties).size,
  };
}

const dayMs = 86_400_000;

/** The smallest of the numbers that at least half of them don't exceed; 0 where there is none. */
const lowerMedian = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length / 2) - 1] ?? 0;

const sumOf = (records: readonly WindowRecord[]): number =>
  Number(records.reduce((total, record) => total + BigInt(record.amountMinor), 0n));

/** The activity of records of one group, those of the opposite direction within the recent span, and of the first the recent ones. */
function activityOf(
  records: readonly WindowRecord[],
  recent: readonly WindowRecord[],
  opposite: readonly WindowRecord[],
  recentMs: number,
  { amountMinor, unitMinor }: RecentQuery,
): Activity {
  const times = records.map(({ eventTimeMs }) => eventTimeMs);
  const middles = records.map((record) => 25 * Math.floor(logMilli(record.amountMinor) / 25) + 12.5);
  const medianMilli = lowerMedian(middles);
  const [firstMs, lastMs] =
    times.length === 0 ? [undefined, undefined] : [Math.min(...times), Math.max(...times)];
  const daySumsMinor: number[] = [];
  for (let fromMs = Math.ceil(((firstMs ?? recentMs) + 1) / dayMs) * dayMs; ; fromMs += dayMs) {
    const toMs = fromMs + dayMs;
    if (toMs - 1 > recentMs) break;
    daySumsMinor.push(
      sumOf(records.filter(({ eventTimeMs }) => eventTimeMs >= fromMs && eventTimeMs < toMs)),
    );
  }
  return {
    count: records.length,
    firstMs,
    lastMs,
    medianMilli,
    deviationMilli: lowerMedian(middles.map((middle) => Math.abs(middle - medianMilli))),
    countsByHour: Array.from(
      { length: 24 },
      (_, hour) => times.filter((timeMs) => new Date(timeMs).getUTCHours() === hour).length,
    ),
    daySumsMinor,
    recentSumMinor: sumOf(recent),
    recentOppositeSumMinor: sumOf(opposite),
    recentEqual: recent.filter((record) => record.amountMinor === amountMinor).length,
    recentRound: recent.filter((record) => record.amountMinor % unitMinor === 0).length,
  };
}

/**
 * The definitions word for word, over a plain list of all records an account
 * ever took in. Shares no line with the engine but the logarithm.
 */
export function bruteForce(plan: WindowPlan, all: readonly WindowRecord[]): HistoryAnswers {
  const longestMs = Math.max(...plan.spans.map((span) => span.spanMs));
  const keptMs = longestMs + plan.allowedLatenessMs;
  const horizonMs = Math.max(0, ...all.map((record) => record.observedAtSeconds)) * 1000;
  const isKept = (record: WindowRecord, latestMs: number): boolean => {
    const toleratedMs = record.observedAtSeconds * 1000 + 999 + plan.futureToleranceMs;
    return Math.min(record.eventTimeMs, toleratedMs) > latestMs - keptMs;
  };
  const visible = all.filter((record) => isKept(record, horizonMs));
  const within = (atMs: number, spanMs: number): WindowRecord[] =>
    visible.filter((record) => record.eventTimeMs > atMs - spanMs && record.eventTimeMs <= atMs);
  const asked = (query: WindowQuery, spanMs: number): WindowRecord[] =>
    within(query.atMs, spanMs).filter(
      (record) =>
        record.currency === query.currency &&
        record.creditDebitIndicator === query.creditDebitIndicator &&
        (query.counterparty === undefined ||
          (query.counterparty !== '' && record.counterparty === query.counterparty)),
    );
  return {
    aggregates: (query) => plan.spans.map(({ spanMs }) => aggregateOf(asked(query, spanMs))),
    countAmountsBetween: (query, spanMs, low, high) =>
      asked(query, spanMs).filter((record) => record.amountMinor >= low && record.amountMinor < high).length,
    activity: (query: GroupQuery, recent: RecentQuery) => {
      const creditDebitIndicator = query.creditDebitIndicator === 'DBIT' ? 'CRDT' : 'DBIT';
      return activityOf(
        asked(query, longestMs),
        asked(query, recent.spanMs),
        asked({ ...query, creditDebitIndicator }, recent.spanMs),
        query.atMs - recent.spanMs,
        recent,
      );
    },
    hasSeen: (trait, atMs) => within(atMs, longestMs).some((record) => hasTrait(record, trait)),
    lastMs: (atMs) => latestTime(within(atMs, Infinity)),
    find: (identity) =>
      visible.filter((record) => record.identity === identity).sort((a, b) => a.offset - b.offset)[0],
    latest: (atMs, count) =>
      within(atMs, Infinity)
        .sort((a, b) => b.eventTimeMs - a.eventTimeMs || b.offset - a.offset)
        .slice(0, count)
        .reverse(),
    remembers: (record) => isKept(record, Math.max(horizonMs, record.observedAtSeconds * 1000)),
    lastOffset: all.at(-1)?.offset,
    forgettableBeforeSeconds: Math.max(0, Math.floor((horizonMs - keptMs - plan.futureToleranceMs) / 1000)),
  };
}
