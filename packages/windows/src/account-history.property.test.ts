import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAccountHistory } from './account-history.ts';
import { logMilli } from './logarithm.ts';
import { packRecord } from './record-format.ts';
import type { AccountHistory, WindowAggregate, WindowPlan, WindowQuery, WindowRecord } from './types.ts';

const startMs = 1_767_225_600_000;

/** Short enough that a stream of some dozens of records outlives it several times. */
const plan: WindowPlan = {
  ref: 'short@1',
  spans: [
    { name: '2s', spanMs: 2_000 },
    { name: '10s', spanMs: 10_000 },
    { name: '60s', spanMs: 60_000 },
  ],
  allowedLatenessMs: 20_000,
  futureToleranceMs: 5_000,
};

const currencies = [978, 840];
const directions = ['CRDT', 'DBIT'] as const;
const identities = ['0000000000000001', '0000000000000002', '0000000000000003', '0000000000000004'];
const counterparties = ['', '0000000000aa', '0000000000bb', '0000000000cc'];

const oneStep = fc.record({
  offsetGap: fc.integer({ min: 1, max: 3 }),
  // Mostly on time, at times with equal times, late, very late or far ahead.
  clockMs: fc.constantFrom(0, 0, 1, 700, 2_000, 9_500, 40_000),
  aheadMs: fc.constantFrom(0, 0, 0, 0, -1, -2_000, -15_000, -70_000, -300_000, 4_000, 90_000, 10_000_000),
  observedJitterSeconds: fc.constantFrom(0, 0, 0, -3, 2),
  amountMinor: fc.constantFrom(1, 99, 100, 101, 5_000, 999_999_999_999_999, 1_000_000_000_000_000),
  currency: fc.constantFrom(...currencies),
  creditDebitIndicator: fc.constantFrom(...directions),
  identity: fc.constantFrom(...identities),
  counterparty: fc.constantFrom(...counterparties),
});

const anyStream = fc.array(oneStep, { minLength: 1, maxLength: 60, size: 'max' }).map((steps) => {
  let offset = 0;
  let clockMs = startMs;
  return steps.map((step): WindowRecord => {
    offset += step.offsetGap;
    clockMs += step.clockMs;
    return {
      offset,
      eventTimeMs: clockMs + step.aheadMs,
      observedAtSeconds: Math.floor(clockMs / 1000) + step.observedJitterSeconds,
      amountMinor: step.amountMinor,
      currency: step.currency,
      creditDebitIndicator: step.creditDebitIndicator,
      identity: step.identity,
      counterparty: step.counterparty,
      digest: '00000000',
      channel: 0,
      country: '',
    };
  });
});

const latestOf = (records: readonly WindowRecord[]): number | undefined =>
  records.length === 0 ? undefined : Math.max(...records.map((record) => record.eventTimeMs));

/** Everything a history can be asked around an instant. */
function everyAnswer(history: Omit<AccountHistory, 'append' | 'sizeBytes'>, atMs: number): unknown {
  const queries = currencies.flatMap((currency) =>
    directions.map((creditDebitIndicator): WindowQuery => ({ atMs, currency, creditDebitIndicator })),
  );
  return {
    aggregates: queries.map((query) => history.aggregates(query)),
    amounts: queries.map((query) => history.countAmountsBetween(query, 10_000, 100, 5_000)),
    seen: counterparties.map((counterparty) =>
      history.lastSeenMs({ kind: 'counterparty', counterparty }, atMs),
    ),
    lastMs: history.lastMs(atMs),
    found: identities.map((identity) => history.find(identity)),
    latest: history.latest(atMs, 5),
    forgettableBeforeSeconds: history.forgettableBeforeSeconds,
  };
}

/** The definitions, word for word, over a plain list of all records with smaller offsets. */
function bruteForce(all: readonly WindowRecord[]): Omit<AccountHistory, 'append' | 'sizeBytes'> {
  const horizonMs = Math.max(0, ...all.map((record) => record.observedAtSeconds)) * 1000;
  const isWithin = (record: WindowRecord, latestMs: number): boolean => {
    const toleratedMs = record.observedAtSeconds * 1000 + 999 + 5_000;
    return Math.min(record.eventTimeMs, toleratedMs) > latestMs - (60_000 + 20_000);
  };
  const visible = all.filter((record) => isWithin(record, horizonMs));
  const within = (query: WindowQuery, spanMs: number) =>
    visible.filter(
      (record) =>
        record.eventTimeMs > query.atMs - spanMs &&
        record.eventTimeMs <= query.atMs &&
        record.currency === query.currency &&
        record.creditDebitIndicator === query.creditDebitIndicator,
    );
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    aggregates: (query) =>
      plan.spans.map(({ spanMs }): WindowAggregate => {
        const records = within(query, spanMs);
        const logs = records.map((record) => logMilli(record.amountMinor));
        return {
          count: records.length,
          sumMinor: records.reduce((total, record) => total + BigInt(record.amountMinor), 0n),
          logSum: sum(logs),
          logSquareSum: sum(logs.map((log) => log * log)),
          maxMinor: Math.max(0, ...records.map((record) => record.amountMinor)),
          distinctCounterparties: new Set(
            records.map((record) => record.counterparty).filter((counterparty) => counterparty !== ''),
          ).size,
        };
      }),
    countAmountsBetween: (query, spanMs, low, high) =>
      within(query, spanMs).filter((record) => record.amountMinor >= low && record.amountMinor < high).length,
    lastSeenMs: (trait, atMs) =>
      latestOf(
        visible.filter(
          (record) =>
            trait.kind === 'counterparty' &&
            trait.counterparty !== '' &&
            record.counterparty === trait.counterparty &&
            record.eventTimeMs > atMs - 60_000 &&
            record.eventTimeMs <= atMs,
        ),
      ),
    lastMs: (atMs) => latestOf(visible.filter((record) => record.eventTimeMs <= atMs)),
    outOfOrderQueries: 0,
    lastOffset: undefined,
    find: (identity) =>
      visible.filter((record) => record.identity === identity).sort((a, b) => a.offset - b.offset)[0],
    latest: (atMs, count) =>
      visible
        .filter((record) => record.eventTimeMs <= atMs)
        .sort((a, b) => a.eventTimeMs - b.eventTimeMs || a.offset - b.offset)
        .slice(-count),
    remembers: (record) => isWithin(record, Math.max(horizonMs, record.observedAtSeconds * 1000)),
    forgettableBeforeSeconds: Math.max(0, Math.floor((horizonMs - 80_000 - 5_000) / 1000)),
  };
}

/** Cuts records into packed segments, after each offset that `isCut` names. */
function segmentsOf(records: readonly WindowRecord[], isCut: (offset: number) => boolean): Uint8Array[] {
  const segments: Uint8Array[] = [];
  let open: WindowRecord[] = [];
  for (const record of records) {
    open.push(record);
    if (isCut(record.offset)) {
      segments.push(Buffer.concat(open.map(packRecord)));
      open = [];
    }
  }
  return [...segments, Buffer.concat(open.map(packRecord))];
}

test('every answer before every record is what its definition says', () => {
  fc.assert(
    fc.property(anyStream, (stream) => {
      const history = createAccountHistory(plan, [], 0);
      for (const [index, record] of stream.entries()) {
        const oracle = bruteForce(stream.slice(0, index));
        assert.equal(history.remembers(record), oracle.remembers(record));
        assert.deepEqual(everyAnswer(history, record.eventTimeMs), everyAnswer(oracle, record.eventTimeMs));
        history.append(record);
      }
    }),
    { numRuns: 150 },
  );
});

test('a history rebuilt from segments at any offset answers as one that went on', () => {
  const scenario = fc.tuple(anyStream, fc.nat(), fc.integer({ min: 1, max: 7 }));
  fc.assert(
    fc.property(scenario, ([stream, anyIndex, cutEvery]) => {
      const splitAt = anyIndex % stream.length;
      const beforeOffset = stream[splitAt]?.offset ?? 0;
      const went = createAccountHistory(plan, [], 0);
      for (const record of stream.slice(0, splitAt)) went.append(record);
      const rebuilt = createAccountHistory(
        plan,
        segmentsOf(stream, (offset) => offset % cutEvery === 0),
        beforeOffset,
      );
      for (const record of stream.slice(splitAt)) {
        assert.deepEqual(everyAnswer(rebuilt, record.eventTimeMs), everyAnswer(went, record.eventTimeMs));
        rebuilt.append(record);
        went.append(record);
      }
    }),
    { numRuns: 150 },
  );
});

test('dropping any of the records that may be forgotten at a published offset changes no later answer', () => {
  const scenario = fc.tuple(anyStream, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 7 }));
  let dropped = 0;
  fc.assert(
    fc.property(scenario, ([stream, anyPublished, anyStart, keepEvery]) => {
      const publishedIndex = anyPublished % stream.length;
      const published = createAccountHistory(plan, [], 0);
      for (const record of stream.slice(0, publishedIndex)) published.append(record);
      const forgettable = published.forgettableBeforeSeconds;

      const startIndex = publishedIndex + (anyStart % (stream.length - publishedIndex));
      const startOffset = stream[startIndex]?.offset ?? 0;
      const kept = stream.filter(
        (record, index) =>
          index >= publishedIndex || record.observedAtSeconds >= forgettable || index % keepEvery === 0,
      );
      dropped += stream.length - kept.length;
      const whole = createAccountHistory(
        plan,
        segmentsOf(stream, () => false),
        startOffset,
      );
      const trimmed = createAccountHistory(
        plan,
        segmentsOf(kept, () => false),
        startOffset,
      );
      for (const record of stream.slice(startIndex)) {
        assert.deepEqual(everyAnswer(trimmed, record.eventTimeMs), everyAnswer(whole, record.eventTimeMs));
        whole.append(record);
        trimmed.append(record);
      }
    }),
    { numRuns: 300 },
  );
  assert.ok(dropped > 100, `only ${dropped} records were ever dropped: the streams are too short to tell`);
});
