import type { ModelSnapshot } from '@weir/contracts';
import { createLearner } from '@weir/learning';
import type { Observation } from '@weir/learning';
import { featureNames } from '@weir/scoring';
import { hexOf } from './hex-of.ts';
import { beginMs, partyOf, pseudonymFor } from './population.ts';
import type { Population } from './population.ts';

const dayMs = 86_400_000;
const delayMs = 7 * dayMs;
/** Each counterparty was met so often, and the first of its meetings was a fraud: of others nothing is kept. */
const meetings = 4;

/**
 * A model that knows so many counterparties and accounts: first those of the
 * population, so that its transactions find themselves in it, and then others.
 */
export function makeBenchModel(
  population: Pick<Population, 'accounts' | 'places'>,
  entries: number,
): ModelSnapshot {
  const learner = createLearner({ delayMs, cadenceMs: dayMs });
  for (let offset = 0; offset < meetings * entries; offset += 1) {
    const isFraud = offset < entries;
    learner.learn(observationOf(population, { index: offset % entries, offset, isFraud }), isFraud);
  }
  return learner.snapshot(beginMs, 1);
}

function observationOf(
  { accounts, places }: Pick<Population, 'accounts' | 'places'>,
  { index, offset, isFraud }: { readonly index: number; readonly offset: number; readonly isFraud: boolean },
): Observation {
  return {
    ...{ partition: 0, offset, eventTimeMs: beginMs - delayMs - dayMs + offset },
    transaction: pseudonymFor('t', `learned ${offset}`),
    account: places.pseudonymOf(index % accounts),
    counterparty:
      index < 2_000 ? partyOf(index, 0).packed : `${hexOf(9, index)}${hexOf(10, index)}`.slice(0, 12),
    ...{ currency: 'EUR', creditDebitIndicator: 'DBIT' },
    // Frauds stand out in all of them: a model that learned nothing would not be asked.
    features: Object.fromEntries(
      featureNames.map((name, at) => [name, ((offset + at) % 7) / 2 + (isFraud ? 6 : 0)]),
    ),
  };
}
