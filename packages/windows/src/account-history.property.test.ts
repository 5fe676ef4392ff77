import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAccountHistory } from './account-history.ts';
import { bruteForce } from './brute-force.fixture.ts';
import type { HistoryAnswers } from './brute-force.fixture.ts';
import {
  anyInstant,
  anyPlan,
  anyQuery,
  anyStream,
  counterparties,
  countries,
  currencies,
  directions,
  identities,
} from './random-stream.fixture.ts';
import { packRecords } from './record-format.ts';
import type { Trait, WindowPlan, WindowQuery, WindowRecord } from './types.ts';

/** Scanned only, indexed at once, and each switch in the middle of a stream. */
const anyLimits = fc.record({
  scannedRecords: fc.constantFrom(0, 5, 25, 1_000),
  scans: fc.constantFrom(0, 0, 1, 20),
  walkedRecords: fc.constantFrom(0, 3, 1_000),
});

const traits: readonly Trait[] = [
  ...counterparties.map((counterparty): Trait => ({ kind: 'counterparty', counterparty })),
  ...countries.map((country): Trait => ({ kind: 'country', country })),
  ...[0, 1, 7].map((channel): Trait => ({ kind: 'channel', channel })),
];

/** The activity of all of a query's group, whatever its counterparty, over a span of the plan. */
function activityOf(history: HistoryAnswers, plan: WindowPlan, query: WindowQuery, span: number): unknown {
  const { counterparty: _any, ...ofGroup } = query;
  const spanMs = plan.spans[span]?.spanMs ?? 0;
  return history.activity(ofGroup, { spanMs, amountMinor: 100, unitMinor: span === 0 ? 100 : 33 });
}

/** Everything a history can be asked at an instant. */
function everyAnswer(history: HistoryAnswers, plan: WindowPlan, atMs: number): unknown {
  const queries = currencies.flatMap((currency) =>
    directions.flatMap((creditDebitIndicator): WindowQuery[] => [
      { atMs, currency, creditDebitIndicator },
      ...counterparties.map((counterparty) => ({ atMs, currency, creditDebitIndicator, counterparty })),
    ]),
  );
  return {
    aggregates: queries.map((query) => history.aggregates(query)),
    amounts: queries.map((query) => [
      history.countAmountsBetween(query, plan.spans[0].spanMs, 100, 5_000),
      history.countAmountsBetween(query, plan.spans.at(-1)?.spanMs ?? 0, 99, 2 ** 25 + 1),
    ]),
    activities: queries
      .filter(({ counterparty }) => counterparty === undefined)
      .map((query) => activityOf(history, plan, query, 0)),
    seen: traits.map((trait) => history.hasSeen(trait, atMs)),
    lastMs: history.lastMs(atMs),
    found: identities.map((identity) => history.find(identity)),
    latest: history.latest(atMs, 5),
    lastOffset: history.lastOffset,
    forgettableBeforeSeconds: history.forgettableBeforeSeconds,
  };
}

/** Cuts records into packed pieces, before each offset that `isCut` names. */
function piecesOf(records: readonly WindowRecord[], isCut: (offset: number) => boolean): Uint8Array[] {
  const pieces: WindowRecord[][] = [[]];
  for (const record of records) {
    if (isCut(record.offset)) pieces.push([]);
    pieces.at(-1)?.push(record);
  }
  return pieces.map(packRecords);
}

const planAndStream = anyPlan.chain((plan) => fc.tuple(fc.constant(plan), anyStream(plan, 60)));

test('every answer before every record is what its definition says', () => {
  fc.assert(
    fc.property(planAndStream, anyLimits, ([plan, stream], limits) => {
      const history = createAccountHistory(plan, [], 0, limits);
      for (const [index, record] of stream.entries()) {
        const oracle = bruteForce(plan, stream.slice(0, index));
        assert.equal(history.remembers(record), oracle.remembers(record));
        const atMs = record.eventTimeMs;
        assert.deepEqual(everyAnswer(history, plan, atMs), everyAnswer(oracle, plan, atMs));
        history.append(record);
      }
    }),
    { numRuns: 100 },
  );
});

test('a record that comes late, behind where the windows stand, is in every later answer', () => {
  fc.assert(
    fc.property(planAndStream, anyLimits, fc.integer({ min: 1, max: 5 }), ([plan, stream], limits, every) => {
      const history = createAccountHistory(plan, [], 0, limits);
      // Up to what is plausible: a wrong date far ahead must not hold all later questions up.
      let latestMs = 0;
      for (const [index, record] of stream.entries()) {
        history.append(record);
        latestMs = Math.max(latestMs, Math.min(record.eventTimeMs, record.observedAtSeconds * 1000 + 999));
        if (index % every > 0) continue;
        const oracle = bruteForce(plan, stream.slice(0, index + 1));
        assert.deepEqual(everyAnswer(history, plan, latestMs), everyAnswer(oracle, plan, latestMs));
      }
    }),
    { numRuns: 150 },
  );
});

/** What is asked between two records: in order, out of order and backwards. */
type Question =
  | { readonly kind: 'aggregates'; readonly query: WindowQuery }
  | {
      readonly kind: 'amounts';
      readonly query: WindowQuery;
      readonly span: number;
      readonly lowMinor: number;
    }
  | { readonly kind: 'activity'; readonly query: WindowQuery; readonly span: number }
  | { readonly kind: 'seen'; readonly trait: Trait; readonly atMs: number }
  | { readonly kind: 'latest'; readonly atMs: number; readonly count: number }
  | { readonly kind: 'found'; readonly identity: string };

const anyQuestion = (plan: WindowPlan, stream: readonly WindowRecord[]): fc.Arbitrary<Question> => {
  const atMs = anyInstant(plan, stream);
  return fc.oneof(
    fc.record({ kind: fc.constant('aggregates' as const), query: anyQuery(atMs) }),
    fc.record({
      kind: fc.constant('amounts' as const),
      query: anyQuery(atMs),
      span: fc.nat({ max: plan.spans.length - 1 }),
      lowMinor: fc.constantFrom(1, 100, 101, 5_000, 2 ** 25),
    }),
    fc.record({
      kind: fc.constant('activity' as const),
      query: anyQuery(atMs),
      span: fc.nat({ max: plan.spans.length - 1 }),
    }),
    fc.record({ kind: fc.constant('seen' as const), trait: fc.constantFrom(...traits), atMs }),
    fc.record({ kind: fc.constant('latest' as const), atMs, count: fc.nat({ max: 40 }) }),
    fc.record({ kind: fc.constant('found' as const), identity: fc.constantFrom(...identities) }),
  );
};

function answer(history: HistoryAnswers, plan: WindowPlan, question: Question): unknown {
  switch (question.kind) {
    case 'aggregates':
      return history.aggregates(question.query);
    case 'amounts': {
      const spanMs = plan.spans[question.span]?.spanMs ?? 0;
      return history.countAmountsBetween(question.query, spanMs, question.lowMinor, question.lowMinor * 60);
    }
    case 'activity':
      return activityOf(history, plan, question.query, question.span);
    case 'seen':
      return [history.hasSeen(question.trait, question.atMs), history.lastMs(question.atMs)];
    case 'latest':
      return history.latest(question.atMs, question.count);
    case 'found':
      return history.find(question.identity);
  }
}

/** Between any two records up to three questions, at times after a rest or a reload from pieces of so many records. */
const interleaved = planAndStream.chain(([plan, stream]) =>
  fc.tuple(
    fc.constant(plan),
    fc.constant(stream),
    fc.array(
      fc.record({
        questions: fc.array(anyQuestion(plan, stream), { maxLength: 3 }),
        rests: fc.boolean(),
        reloadEvery: fc.constantFrom(undefined, undefined, undefined, undefined, 1, 4, 1_000),
      }),
      { minLength: stream.length, maxLength: stream.length },
    ),
  ),
);

test('questions in any order, with rests and reloads in between, are answered as their definitions say', () => {
  fc.assert(
    fc.property(interleaved, anyLimits, ([plan, stream, between], limits) => {
      let history = createAccountHistory(plan, [], 0, limits);
      for (const [index, { questions, rests, reloadEvery }] of between.entries()) {
        const record = stream[index] as WindowRecord;
        const oracle = bruteForce(plan, stream.slice(0, index));
        if (reloadEvery !== undefined) {
          const pieces = piecesOf(stream, (offset) => offset % reloadEvery === 0);
          history = createAccountHistory(plan, pieces, record.offset, limits);
        }
        if (rests) history.rest();
        for (const question of questions)
          assert.deepEqual(answer(history, plan, question), answer(oracle, plan, question), question.kind);
        history.append(record);
      }
    }),
    { numRuns: 400 },
  );
});

test('dropping any of the records that may be forgotten at a published offset changes no later answer', () => {
  const scenario = fc.tuple(planAndStream, anyLimits, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 7 }));
  let dropped = 0;
  fc.assert(
    fc.property(scenario, ([[plan, stream], limits, anyPublished, anyStart, keepEvery]) => {
      const publishedIndex = anyPublished % stream.length;
      const { forgettableBeforeSeconds } = bruteForce(plan, stream.slice(0, publishedIndex));
      const startIndex = publishedIndex + (anyStart % (stream.length - publishedIndex));
      const startOffset = stream[startIndex]?.offset ?? 0;
      const kept = stream.filter(
        (record, index) =>
          index >= publishedIndex ||
          record.observedAtSeconds >= forgettableBeforeSeconds ||
          index % keepEvery === 0,
      );
      dropped += stream.length - kept.length;
      const trimmed = createAccountHistory(plan, [packRecords(kept)], startOffset, limits);
      for (const [index, record] of stream.entries()) {
        if (index < startIndex) continue;
        const { lastOffset: _whole, ...whole } = bruteForce(plan, stream.slice(0, index));
        const oracle = { ...whole, lastOffset: trimmed.lastOffset };
        const atMs = record.eventTimeMs;
        assert.deepEqual(everyAnswer(trimmed, plan, atMs), everyAnswer(oracle, plan, atMs));
        trimmed.append(record);
      }
    }),
    { numRuns: 100 },
  );
  assert.ok(dropped > 100, `only ${dropped} records were ever dropped: the streams are too short to tell`);
});
