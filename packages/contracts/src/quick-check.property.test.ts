import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { events } from './events.ts';
import { quickCheckOf } from './quick-check.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const at = fc.integer({ min: 0, max: 10_000_000 });
const instant = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const pseudonym = (letter: string) =>
  fc.constantFrom(`${letter}1_${'A'.repeat(22)}`, `${letter}12_${'b-_9'.repeat(5)}zz`);
const account = fc.oneof(
  fc.constant({ iban: 'NL91ABNA0417164300' }),
  fc.constant({ card: { token: 'tok-1', lastFour: '0042' } }),
  fc.constantFrom<Json[]>({ other: { id: 'a-1' } }, { other: { id: 'a-1', scheme: 'BBAN' } }),
);
const optionalOf = (values: Record<string, fc.Arbitrary<Json>>) => fc.record(values, { requiredKeys: [] });
const versions = fc.constant({ ruleset: 'starter@1', windowPlan: 'standard@1' });
const score = fc.integer({ min: 0, max: 1_000_000 }).map((micro) => micro / 1_000_000);

const transaction = fc
  .tuple(
    fc.record({
      tenant: fc.constantFrom('demo', 'a', 'bank-1'),
      source: fc.constant('file'),
      partition: fc.nat(100),
      transactionId: fc.stringMatching(/^[\x21-\x7e]{1,30}$/),
      account,
      creditDebitIndicator: fc.constantFrom('CRDT', 'DBIT'),
      currency: fc.constantFrom('EUR', 'JPY', 'XCG'),
    }),
    optionalOf({
      bookingDate: fc.constant('2026-02-28'),
      channel: fc.constantFrom('atm', 'api'),
      country: fc.constantFrom('NL', 'ZZ'),
      endToEndId: fc.constant('e2e-1'),
      remittanceInformation: fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }),
    }),
    fc.record({
      amountMinor: fc.integer({ min: 1, max: 10 ** 15 }),
      eventTime: instant,
      observedAt: instant,
    }),
    optionalOf({
      counterparty: optionalOf({
        name: fc.constant('Café Zoë'),
        account,
        pseudonym: pseudonym('c'),
      }) as fc.Arbitrary<Json>,
    }),
  )
  .map((parts): Json => Object.assign({}, ...parts) as Json);

const reason = fc.record({
  rule: fc.constantFrom('late', 'new_counterparty'),
  severity: fc.constantFrom('low', 'critical'),
  contribution: score,
  features: fc.array(fc.constant('amountLogZ'), { maxLength: 2 }),
});

const cleared = fc.record({
  transaction,
  verdict: fc.record({
    outcome: fc.constant('cleared'),
    score,
    reasons: fc.array(reason, { maxLength: 2 }),
    versions,
  }),
  sourcePartition: fc.nat(100),
  sourceOffset: at,
});

const held = fc.record({
  transaction,
  verdict: fc.record({
    outcome: fc.constant('held'),
    score,
    reasons: fc.array(reason, { maxLength: 2 }),
    versions,
  }),
  evidence: fc
    .tuple(
      fc.record({
        features: fc.dictionary(
          fc.constantFrom('amountLogZ', 'count_24h', 'constructor', '7'),
          fc.option(fc.nat(5)),
        ),
        usualAmount: fc.option(
          fc.constant({ lowMinor: 1, typicalMinor: 2, highMinor: 3, transactions: 4, windowSpanMs: 5 }),
        ),
        recentAmounts: fc.array(
          fc.record({
            eventTime: instant,
            amountMinor: at,
            currency: fc.constant('EUR'),
            creditDebitIndicator: fc.constant('DBIT'),
          }),
          { maxLength: 2 },
        ),
      }),
      optionalOf({
        contributions: fc.constant({
          base: -0.5,
          features: [{ feature: 'amountLogZ', contribution: 1.5 }],
        }),
        state: fc.constantFrom('cold', 'settled'),
        rules: fc.constant([{ rule: 'late', title: 'Late', explanation: 'It came late' }]),
      }),
    )
    .map((parts): Json => Object.assign({}, ...parts) as Json),
  sourcePartition: fc.nat(100),
  sourceOffset: at,
});

const decision = fc.oneof(
  fc.record({
    offset: at,
    outcome: fc.constantFrom('cleared', 'held'),
    score,
    reasons: fc.array(fc.constant('late'), { maxLength: 2 }),
    features: fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })), { maxLength: 4 }),
    digest: fc.constant('0f'.repeat(32)),
  }),
  fc.record({ offset: at, outcome: fc.constant('duplicate'), firstOffset: at }),
  fc.record({ offset: at, outcome: fc.constant('rejected'), code: fc.constant('not_sealed') }),
  fc.record({ offset: at, outcome: fc.constant('control') }),
);

const journal = fc
  .record({
    logId: fc.constant('018f3b9e-0000-4000-8000-000000000000'),
    partition: fc.nat(100),
    from: fc.constant(0),
    to: fc.constant(10_000_001),
    versions,
    featureNames: fc.constant(['amountLogZ']),
    decisions: fc.uniqueArray(decision, { maxLength: 4, selector: (one) => one.offset }),
  })
  .map((record) => ({ ...record, decisions: record.decisions.toSorted((a, b) => a.offset - b.offset) }));

const oddValues: readonly Json[] = [
  ...[null, true, 0, -0, -1, 0.5, 1e300, 10 ** 15 + 1, 2 ** 53],
  ...[
    '',
    ' ',
    'x',
    '4111 1111 1111 1111',
    'A\u0000B',
    '\ud800',
    'X'.repeat(200),
    'EUX',
    'nl91abna0417164300',
  ],
  ...[
    '2026-02-30',
    '2026-02-30T00:00:00.000Z',
    '2026-02-28T00:00:00Z',
    'toString',
    '2026-01-01T00:00:00.000+00:00',
  ],
  ...[
    [],
    {},
    [null],
    { iban: 'NL91ABNA0417164301' },
    { iban: 'NL91 ABNA 0417 1643 00' },
    { outcome: 'control' },
  ],
];

/** Every object and array of a value, and the value that holds them. */
const containersOf = (value: Json): (Json[] | { [key: string]: Json })[] =>
  typeof value !== 'object' || value === null
    ? []
    : [value, ...Object.values(value).flatMap((inner) => containersOf(inner))];

/** What somebody could do to a payload: change, take away, add or reorder something, anywhere in it. */
const damaged = (payload: fc.Arbitrary<Json>) =>
  fc
    .record({
      payload,
      where: fc.nat(),
      which: fc.nat(),
      how: fc.constantFrom('keep', 'replace', 'remove', 'add', 'reorder'),
      odd: fc.oneof(fc.constantFrom(...oddValues), fc.jsonValue() as fc.Arbitrary<Json>),
      name: fc.constantFrom('note', '__proto__', 'constructor', '0', 'iban', 'scheme'),
    })
    .map(({ payload: made, where, which, how, odd, name }): Json => {
      const copy = structuredClone(made);
      const containers = containersOf(copy);
      const container = containers[where % containers.length] as Record<string, Json>;
      const keys = Object.keys(container);
      const key = keys[which % Math.max(1, keys.length)];
      if (how === 'add')
        Object.defineProperty(container, name, {
          value: odd,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      if (key === undefined || how === 'keep' || how === 'add') return copy;
      const before = container[key] as Json;
      if (how === 'replace') container[key] = odd;
      if (how === 'remove' || how === 'reorder') delete container[key];
      if (how === 'reorder') container[key] = before;
      return copy;
    });

for (const [name, event, payload] of [
  ['a received transaction', events.transactionReceived, transaction],
  ['a cleared transaction', events.transactionCleared, cleared as unknown as fc.Arbitrary<Json>],
  ['a held transaction', events.transactionHeld, held as unknown as fc.Arbitrary<Json>],
  ['a journal record', events.journal, journal as unknown as fc.Arbitrary<Json>],
] as const) {
  test(`the quick check of ${name} says yes exactly where its contract gives back the same bytes`, () => {
    const said = { yes: 0, no: 0 };
    fc.assert(
      fc.property(damaged(payload), (value) => {
        const parsed = event.schema.safeParse(value);
        const unchanged = parsed.success && JSON.stringify(parsed.data) === JSON.stringify(value);
        assert.equal(event.isCanonical?.(value), unchanged);
        said[unchanged ? 'yes' : 'no'] += 1;
      }),
      { numRuns: 2_000 },
    );
    assert.ok(said.yes > 200 && said.no > 200, 'one of the answers was hardly ever asked for');
  });
}

test('a schema with a part the quick check does not know is refused when it is made, not passed over', () => {
  for (const [what, schema] of Object.entries({
    'an object open to other keys': z.object({ a: z.string() }),
    'a transformation': z.strictObject({ a: z.string().transform(Number) }),
    'a check that reports its own issues': z.string().check((context) => void context),
    'a format with more than a pattern': z.base64(),
    'an exclusive bound': z.number().gt(0),
    'a record with names of its own': z.record(z.string().min(2), z.number()),
    'a default': z.strictObject({ a: z.string().default('x') }),
  }))
    assert.throws(() => quickCheckOf(schema), /no quick check is known/, what);
});
