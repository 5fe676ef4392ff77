import type { ModelSnapshot } from '@weir/contracts';
import { createLearner } from '@weir/learning';
import type { Observation } from '@weir/learning';
import { featureNames } from '@weir/scoring';
import { hexOf } from './hex-of.ts';
import { beginMs, partyOf, pseudonymFor } from './population.ts';
import type { Population } from './population.ts';

const dayMs = 86_400_000;
const delayMs = 7 * dayMs;
/** Each counterparty was met so often, and one in so many meetings was a fraud. */
const meetings = 3;
const oneFraudIn = 40;

/**
 * A model that knows so many counterparties and accounts: first those of the
 * population, so that its transactions find themselves in it, and then others.
 */
export function makeBenchModel(
  population: Pick<Population, 'accounts' | 'places'>,
  entries: number,
): ModelSnapshot {
  const learner = createLearner({ delayMs, cadenceMs: dayMs });
  for (let offset = 0; offset < meetings * entries; offset += 1)
    learner.learn(observationOf(population, offset % entries, offset), offset % oneFraudIn === 0);
  return learner.snapshot(beginMs, 1);
}

function observationOf(
  { accounts, places }: Pick<Population, 'accounts' | 'places'>,
  index: number,
  offset: number,
): Observation {
  return {
    ...{ partition: 0, offset, eventTimeMs: beginMs - delayMs - dayMs + offset },
    transaction: pseudonymFor('t', `learned ${offset}`),
    account: places.pseudonymOf(index % accounts),
    counterparty:
      index < 2_000 ? partyOf(index, 0).packed : `${hexOf(9, index)}${hexOf(10, index)}`.slice(0, 12),
    ...{ currency: 'EUR', creditDebitIndicator: 'DBIT' },
    features: Object.fromEntries(featureNames.map((name, at) => [name, ((offset + at) % 7) / 2])),
  };
}
