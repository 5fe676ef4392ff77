import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Knowledge } from '@weir/contracts';
import { createAccountHistory, defaultWindowPlan as plan } from '@weir/windows';
import { computeFeatures } from './compute-features.ts';
import { drawFrom, drawnRecords } from './drawn-account.fixture.ts';
import { scorerOf } from './score/create-scorer.ts';
import { modelInputs, modelPairs } from './score/inputs.ts';

const accounts = 8;
const startMs = Date.UTC(2025, 0, 1);

/** Peers, some reported frauds, and a model of everything it can look at, with weights drawn for it. */
function drawnKnowledge(): Knowledge {
  const draw = drawFrom(77);
  const indexOf = (feature: string): number => modelInputs.findIndex((one) => one.feature === feature);
  const termOf = (inputs: number[]) => {
    const places = inputs.reduce(
      (product, index) => product * ((modelInputs[index]?.knots.length ?? 0) + 1),
      1,
    );
    const weights = Array.from({ length: places }, () => Math.round((draw() - 0.5) * 2_000) / 1_000);
    return { inputs, weights, squares: weights.map(() => 1), centre: Math.round(draw() * 100) / 1_000 };
  };
  const group = { currency: 'EUR', transactions: 1_000, logSum: 7_600_000, logSquareSum: 58_400_000_000 };
  return {
    peers: (['DBIT', 'CRDT'] as const).map((creditDebitIndicator) => ({
      ...{ ...group, creditDebitIndicator, inverseCountSum: 40 },
    })),
    counterparties: [['aaaaaaaaaaa3', startMs, startMs + 86_400_000, startMs + 90_000_000, 3, 1.5, 9, 2]],
    accounts: [['a1_2', startMs, startMs + 172_800_000, 0, 1, 0.5, 1, 0]],
    model: {
      ...{ inForce: true, labelFreeShare: 0.7, base: -0.4, baseSquares: 1, inputs: [...modelInputs] },
      terms: [
        ...modelInputs.map((_input, index) => termOf([index])),
        ...modelPairs.map((pair) => termOf(pair.map(indexOf))),
      ],
    },
  };
}

/** The SHA-256 of features, score, contributions and reasons of every transaction of the stream. */
function digestUnder(knowledge: Knowledge): string {
  const scorer = scorerOf(knowledge);
  const hash = createHash('sha256');
  for (let account = 0; account < accounts; account += 1) {
    const history = createAccountHistory(plan, [], 0);
    for (const record of drawnRecords(account)) {
      const peers = scorer.peers(record);
      const computed = computeFeatures({ record, history, plan }, peers === undefined ? {} : { peers });
      const features = scorer.features(computed, record, `a1_${String(account)}`);
      const contributions = scorer.explain(features);
      const score = scorer.score(features);
      hash.update(JSON.stringify([features, score, contributions, scorer.reasons(contributions)]));
      history.append(record);
    }
  }
  return hash.digest('hex');
}

/** What earlier releases made of the stream: what was scored by them is recomputed to the same bits. */
const scoredBefore = {
  withoutModel: '066d65adbfe9fa689409f67bb8d5d7035f799aa20506c62ae5396b6152347956',
  withModel: '22c1e73fbc40bb126edc60d3de47682062debd3713a95a122592a7d2fd09fa5e',
};

test('features and scores without a model are to the bit what they always were', () => {
  assert.equal(
    digestUnder({ peers: [], counterparties: [], accounts: [], model: null }),
    scoredBefore.withoutModel,
  );
});

test('features and scores under a model are to the bit what they always were', () => {
  assert.equal(digestUnder(drawnKnowledge()), scoredBefore.withModel);
});
