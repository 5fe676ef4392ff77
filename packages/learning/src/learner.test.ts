import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createScorer, readKnowledge } from '@weir/scoring';
import { createLearner, type Learner } from './learner.ts';
import { dayMs, observationOf, startMs } from './observation.fixture.ts';

const settings = { delayMs: 7 * dayMs, cadenceMs: dayMs };

const knowledgeOf = (learner: Learner, version = 1) =>
  readKnowledge(learner.snapshot(startMs + 9 * dayMs, version)) ??
  assert.fail('its own snapshot is not read');

const scoreOf = (learner: Learner, counterparty: string, account = 'a1_nobody', afterDays = 10): number => {
  const scorer = createScorer(learner.snapshot(startMs + 9 * dayMs, 1));
  const observed = observationOf();
  const record = { ...observed, counterparty, eventTimeMs: startMs + afterDays * dayMs };
  const features = scorer.features(
    { ...observed.features },
    {
      ...{ offset: 0, eventTimeMs: record.eventTimeMs, observedAtSeconds: 0, amountMinor: 2_500 },
      ...{ currency: 978, creditDebitIndicator: 'DBIT', identity: '', digest: '' },
      ...{ counterparty, channel: 0, country: '' },
    },
    account,
  );
  return scorer.score(features);
};

/** Ten reports a day about one counterparty, each among some ordinary payments to another. */
function reportedRow(frauds: number, ordinaryEach = 10): Learner {
  const learner = createLearner(settings);
  for (let index = 0; index < frauds; index += 1) {
    const eventTimeMs = startMs + index * (dayMs / 10);
    for (let ordinary = 0; ordinary < ordinaryEach; ordinary += 1)
      learner.learn(
        observationOf({ eventTimeMs, account: `a1_${ordinary % 10}`, counterparty: 'shop' }),
        false,
      );
    const account = `a1_${index % 10}`;
    learner.learn(
      observationOf({
        eventTimeMs: eventTimeMs + 1,
        account,
        counterparty: 'reported',
        features: {
          ...{ counterpartyFraudDays: index / 10, counterpartyLastFraudDays: 0.1, counterpartyFraudShare: 1 },
          ...{ counterpartyUnexplainedFrauds: index, counterpartyGenuineSince: 0 },
        },
      }),
      true,
    );
  }
  return learner;
}

test('without a report there are peers, and no model', () => {
  const learner = createLearner(settings);
  for (let index = 0; index < 120; index += 1) learner.learn(observationOf({ offset: index }), false);
  const snapshot = learner.snapshot(startMs + 7 * dayMs, 3);
  assert.equal(snapshot.ref, 'learned@3');
  assert.equal(snapshot.cutAt, '2025-06-22T00:00:00.000Z');
  assert.equal(snapshot.delayMs, 7 * dayMs);
  assert.deepEqual(snapshot.learned, { transactions: 120, frauds: 0 });
  const known = knowledgeOf(learner);
  assert.equal(known.model, null);
  assert.deepEqual([known.counterparties, known.accounts], [[], []]);
  assert.equal(known.peers[0]?.transactions, 120);
  assert.ok(Math.abs((known.peers[0]?.inverseCountSum ?? 0) - 120 / 21) < 1e-9);
});

test('the label-free score stands alone until ten frauds were reported', () => {
  const nine = reportedRow(9);
  assert.equal(knowledgeOf(nine).model?.inForce, false);
  assert.equal(scoreOf(nine, 'reported'), createScorer().score(observationOf().features));
  const ten = reportedRow(10);
  assert.equal(knowledgeOf(ten).model?.inForce, true);
  assert.notEqual(scoreOf(ten, 'reported'), createScorer().score(observationOf().features));
});

test('the risk of a counterparty that was reported rises, and no other', () => {
  const learner = reportedRow(200);
  const reported = scoreOf(learner, 'reported', 'a1_nobody', 21);
  const other = scoreOf(learner, 'shop', 'a1_nobody', 21);
  assert.ok(reported > 0.5, `reported ${reported}`);
  assert.ok(other < 0.1, `other ${other}`);
  assert.equal(scoreOf(learner, 'never seen', 'a1_nobody', 21), other);
  assert.deepEqual(
    knowledgeOf(learner).counterparties.map(([key]) => key),
    ['reported'],
  );
});

test('with every fraud that is reported the label-free evidence counts less, and half of it is left at a hundred', () => {
  const shareAfter = (frauds: number): number =>
    knowledgeOf(reportedRow(frauds)).model?.labelFreeShare ?? NaN;
  assert.ok(Math.abs(shareAfter(1) - 100 / 101) < 1e-12);
  assert.ok(Math.abs(shareAfter(100) - 0.5) < 1e-12);
});

test('a fraud that the account itself explains blames its counterparty less', () => {
  const blame = (amountRobustZ: number): number => {
    const learner = createLearner(settings);
    learner.learn(observationOf({ features: { amountRobustZ } }), true);
    return knowledgeOf(learner).counterparties[0]?.[5] ?? NaN;
  };
  assert.ok(blame(0) > 0.99);
  assert.ok(blame(20) < 0.25);
  assert.ok(blame(3) < blame(2));
});

test('a counterparty that is known for frauds goes on being blamed: its own risk explains nothing away', () => {
  const [row] = knowledgeOf(reportedRow(100, 200)).counterparties;
  assert.equal(row?.[4], 100);
  assert.ok(row[5] > 90, `unexplained ${row[5]}`);
});

test('the mean of a term follows what it says of each transaction, a ten-thousandth of the way', () => {
  const learner = createLearner(settings);
  learner.learn(observationOf(), true);
  const termOf = () => {
    const { inputs, terms } = knowledgeOf(learner).model ?? assert.fail('no model');
    const input = inputs.findIndex(({ feature }) => feature === 'amountRobustZ');
    const term = terms.find((one) => one.inputs.length === 1 && one.inputs[0] === input);
    return { knots: inputs[input]?.knots ?? [], ...(term ?? assert.fail('no term')) };
  };
  const { knots, weights, centre } = termOf();
  assert.equal(centre, 0);
  const said = weights[knots.indexOf(0)] ?? NaN;
  assert.ok(said > 0);
  learner.learn(observationOf(), false);
  assert.equal(termOf().centre, 1e-4 * said);
});

test('who has no counterparty is reported as an account alone', () => {
  const learner = createLearner(settings);
  learner.learn(observationOf({ counterparty: '' }), true);
  assert.deepEqual(knowledgeOf(learner).counterparties, []);
  assert.deepEqual(
    knowledgeOf(learner).accounts.map(([key]) => key),
    ['a1_one'],
  );
});

test('a transaction that was a fraud after all is counted once, and learned from as one', () => {
  const learner = createLearner(settings);
  const late = observationOf({ features: { amountRobustZ: 3 } });
  learner.learn(late, false);
  assert.deepEqual(learner.snapshot(startMs, 1).learned, { transactions: 1, frauds: 0 });
  learner.correct(late);
  assert.deepEqual(learner.snapshot(startMs, 1).learned, { transactions: 1, frauds: 1 });
  const { model, counterparties, accounts, peers } = knowledgeOf(learner);
  assert.ok((model?.base ?? 0) > 0);
  assert.deepEqual([counterparties[0]?.[4], accounts[0]?.[4]], [1, 1]);
  assert.equal(peers[0]?.transactions, 1);
});

test('N reports move no weight further than 0.3·√(N·ln(1 + N))', () => {
  const learner = createLearner(settings);
  for (const [index, frauds] of [1, 10, 100, 1_000].entries()) {
    while (learner.snapshot(startMs, index).learned.frauds < frauds) learner.learn(observationOf(), true);
    const { model } = knowledgeOf(learner, index);
    const weights = [model?.base ?? NaN, ...(model?.terms ?? []).flatMap((term) => term.weights)];
    for (const weight of weights)
      assert.ok(Math.abs(weight) <= 0.3 * Math.sqrt(frauds * Math.log1p(frauds)), `${frauds}`);
  }
});

test('a model of other inputs is left behind, and what else was learned is not', () => {
  const previous = reportedRow(12).snapshot(startMs + 9 * dayMs, 1);
  const known = readKnowledge(previous) ?? assert.fail();
  assert.ok(known.model !== null);
  const inputs = known.model.inputs.map((input, index) =>
    index === 0 ? { ...input, feature: 'other' } : input,
  );
  const other = { ...previous, knowledge: { ...known, model: { ...known.model, inputs } } };
  const again = knowledgeOf(createLearner(settings, other));
  assert.ok(again.model !== null);
  assert.ok(again.model.terms.every(({ weights }) => weights.every((weight) => weight === 0)));
  assert.equal(again.model.labelFreeShare, 1);
  assert.deepEqual(again.counterparties, known.counterparties);
});

test('a snapshot whose knowledge can not be read begins nothing', () => {
  const previous = { ...createLearner(settings).snapshot(startMs, 4), knowledge: { peers: [] } };
  assert.throws(() => createLearner(settings, previous), { name: 'RangeError', message: /learned@4/ });
});
