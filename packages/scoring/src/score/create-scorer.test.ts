import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureValues, Knowledge, RiskRow } from '@weir/contracts';
import { dayMs, noonMs, recordOf } from '../account-fixture.ts';
import { prepareModel } from './additive-model.ts';
import { createScorer, readKnowledge, scorerOf } from './create-scorer.ts';
import { logOddsOf } from './log-odds.ts';
import { modelOf, termOf } from './model.fixture.ts';

const ref = 'learned@7';

/** An unusual payment late in the day, in a row of others. */
const unusual: FeatureValues = {
  amountMinor: 98_000,
  amountOverTypical: 7.5,
  amountRobustZ: 2.25,
  amountPeerZ: 1.5,
  restOfDayZ: 2.125,
  daySumSurprise: 12.5,
  velocitySurprise_1m: null,
  velocitySurprise_1h: 6.75,
  counterpartySurprise: 1.386294,
  newCountry: 1,
  newChannel: null,
  hourSurprise: -0.5,
  passThroughShare: 0.85,
  passThroughMinor: 40_000,
};

/** A little of everything that can be learned. */
const known: Knowledge = {
  peers: [
    {
      ...{ currency: 'EUR', creditDebitIndicator: 'DBIT' },
      ...{ transactions: 400, logSum: 3_200_000, logSquareSum: 25_900_000_000, inverseCountSum: 10 },
    },
  ],
  counterparties: [
    ['bbbbbbbbbbbb', noonMs - 10 * dayMs, noonMs - 8 * dayMs, noonMs - 9 * dayMs, 2, 1.75, 4, 0],
  ],
  accounts: [['a1_one', noonMs - 20 * dayMs, noonMs - 12 * dayMs, 0, 1, 0.5, 1, 0]],
  model: {
    ...modelOf(
      [
        { feature: 'amountRobustZ', knots: [0, 2, 4] },
        { feature: 'counterpartyFraudDays', knots: [0, 8, 16] },
        { feature: 'counterpartyUnexplainedFrauds', knots: [0, 1] },
      ],
      [
        termOf([0], [-0.5, 0.25, 1.125, 0], 0.1),
        termOf([1], [0.5, 2, 0.125, -0.0625], -0.05),
        termOf([2, 1], [0, 0, 0, 0, 0.1, 1.3, 0.7, 0, 0, 0, 0, -0.01], 0.02),
      ],
    ),
    ...{ labelFreeShare: 0.625, base: -0.375 },
  },
};

const model = known.model ?? modelOf([], []);

const record = recordOf({ counterparty: 'bbbbbbbbbbbb' });

/** Contributions by feature, as they are listed. */
const contributions = (byFeature: Record<string, number>) =>
  Object.entries(byFeature).map(([feature, contribution]) => ({ feature, contribution }));

test('a score without a snapshot is the same to the last bit on every machine', () => {
  const scorer = createScorer();
  const scores = [{}, unusual, { ...unusual, amountRobustZ: 1 }, { ...unusual, amountRobustZ: 60 }];
  assert.deepEqual(
    scores.map((features) => scorer.score(features)),
    [0.002473, 0.888268, 0.812842, 0.999995],
  );
  assert.equal(logOddsOf(undefined, unusual), 2.0731688712851497);
  assert.deepEqual(scorer.explain(unusual), {
    base: 0.002473,
    features: contributions({
      amountRobustZ: 0.152833,
      amountOverTypical: 0.273728,
      amountPeerZ: 0.163022,
      restOfDayZ: 0.06368,
      daySumSurprise: 0.033963,
      velocitySurprise_1h: 0.030566,
      counterpartySurprise: 0.010496,
      newCountry: 0.081511,
      passThroughMinor: 0.075996,
    }),
  });
});

test('and so is one by what was learned, with what was reported of others', () => {
  const scorer = scorerOf(known);
  const features = scorer.features({ ...unusual }, record, 'a1_one');
  assert.equal(scorer.score(features), 0.847012);
  assert.equal(scorer.score(unusual), 0.260688);
  assert.equal(logOddsOf(prepareModel(model), features), 1.7113555445532183);
  assert.deepEqual(scorer.explain(features), {
    base: 0.001824,
    features: contributions({
      amountRobustZ: 0.119134,
      amountOverTypical: 0.164394,
      amountPeerZ: 0.097907,
      restOfDayZ: 0.038245,
      daySumSurprise: 0.020397,
      velocitySurprise_1h: 0.018358,
      counterpartySurprise: 0.006303,
      newCountry: 0.048953,
      passThroughMinor: 0.045641,
      counterpartyFraudDays: 0.226286,
      counterpartyUnexplainedFrauds: 0.05957,
    }),
  });
});

test('a model that is not in force yet changes nothing', () => {
  const notYet = scorerOf({ ...known, model: { ...model, inForce: false } });
  assert.equal(notYet.score(unusual), createScorer().score(unusual));
  assert.deepEqual(notYet.explain(unusual), createScorer().explain(unusual));
  assert.notEqual(scorerOf(known).score(unusual), createScorer().score(unusual));
});

test('what was reported is looked up by the counterparty of the record and by the account', () => {
  const nobody: RiskRow = ['', noonMs, noonMs, 0, 1, 1, 1, 0];
  const scorer = scorerOf({ ...known, counterparties: [...known.counterparties, nobody] });
  const of = (counterparty: string, account: string) =>
    scorer.features({}, recordOf({ counterparty }), account);
  assert.equal(of('bbbbbbbbbbbb', 'a1_other')['counterpartyFraudDays'], 10);
  assert.equal(of('bbbbbbbbbbbb', 'a1_other')['accountFrauds'], null);
  assert.equal(of('cccccccccccc', 'a1_one')['counterpartyFraudDays'], null);
  assert.equal(of('cccccccccccc', 'a1_one')['accountLastFraudDays'], 12);
  assert.equal(of('', 'a1_one')['counterpartyFraudDays'], null);
});

test('peers are those of the currency and direction of the record', () => {
  const scorer = scorerOf(known);
  assert.deepEqual(scorer.peers(recordOf({ currency: 978 })), {
    meanMilli: 8_000,
    spreadMilli: Math.sqrt(750_000),
    perDay: 400 / 10 / 30,
  });
  assert.equal(scorer.peers(recordOf({ currency: 840 })), undefined);
  assert.equal(scorer.peers(recordOf({ creditDebitIndicator: 'CRDT' })), undefined);
  assert.equal(createScorer().peers(recordOf({})), undefined);
});

test('knowledge is read back from JSON as it was, and none at all is nothing learned', () => {
  const knowledge = JSON.parse(JSON.stringify(known)) as Knowledge;
  assert.deepEqual(readKnowledge({ knowledge }), known);
  assert.deepEqual(createScorer({ ref, knowledge }).score(unusual), scorerOf(known).score(unusual));
  assert.deepEqual(readKnowledge({ knowledge: null }), {
    ...{ peers: [], counterparties: [], accounts: [], model: null },
  });
  assert.deepEqual(createScorer({ ref, knowledge: null }).score(unusual), createScorer().score(unusual));
});

const [peers] = known.peers;
const [row] = known.counterparties;
const oneTerm = (term: object) => ({ ...model, terms: [{ ...termOf([0], [0, 0, 0, 0]), ...term }] });

const unreadable: Record<string, unknown> = {
  'no object': 'learned',
  'an empty object': {},
  'an unknown field': { ...known, channels: [] },
  'an unknown field of the model': { ...known, model: { ...model, slope: 1 } },
  'an unknown field of a term': { ...known, model: oneTerm({ bias: 0 }) },
  'a weight too few': { ...known, model: oneTerm({ weights: [0, 0, 0] }) },
  'a weight too many': { ...known, model: oneTerm({ weights: [0, 0, 0, 0, 0] }) },
  'a square too few': { ...known, model: oneTerm({ squares: [1, 1, 1] }) },
  'a square of nothing': { ...known, model: oneTerm({ squares: [1, 1, 0, 1] }) },
  'a weight for one input of two': { ...known, model: oneTerm({ inputs: [0, 1] }) },
  'a term of three inputs': { ...known, model: oneTerm({ inputs: [0, 1, 2] }) },
  'a term of an input that is not there': { ...known, model: oneTerm({ inputs: [3] }) },
  'a weight that is no number': { ...known, model: oneTerm({ weights: [0, 0, null, 0] }) },
  'a weight that sums of would overflow': { ...known, model: oneTerm({ weights: [0, 0, 1e308, 0] }) },
  'knots out of order': {
    ...known,
    model: { ...model, inputs: [{ feature: 'f', knots: [0, 2, 1] }], terms: [] },
  },
  'two equal knots': { ...known, model: { ...model, inputs: [{ feature: 'f', knots: [1, 1] }], terms: [] } },
  'one knot': { ...known, model: { ...model, inputs: [{ feature: 'f', knots: [1] }], terms: [] } },
  'more than all of the label-free evidence': { ...known, model: { ...model, labelFreeShare: 1.01 } },
  'a row too short': { ...known, counterparties: [row?.slice(0, -1)] },
  'a row too long': { ...known, accounts: [[...(row ?? []), 0]] },
  'a row without a key': { ...known, accounts: [['', ...(row ?? []).slice(1)]] },
  'a row with a part of a fraud': { ...known, accounts: [['a', 0, 0, 0, 0.5, 0, 0, 0]] },
  'peers of no currency': { ...known, peers: [{ ...peers, currency: 'euro' }] },
  'peers with an unknown field': { ...known, peers: [{ ...peers, country: 'DE' }] },
};

for (const [what, knowledge] of Object.entries(unreadable)) {
  test(`knowledge with ${what} is not read, and nothing is decided by it`, () => {
    const unread = { ref, knowledge: knowledge as null };
    assert.equal(readKnowledge(unread), undefined);
    assert.throws(() => createScorer(unread), { name: 'RangeError', message: /learned@7/ });
  });
}
