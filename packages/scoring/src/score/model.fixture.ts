import type { FeatureValues, ModelInput, ModelTerm, OnlineModel } from '@weir/contracts';
import fc from 'fast-check';
import { labelFreeEvidence } from './label-free.ts';

/** A term of these inputs with its weights, as if it had just begun to learn. */
export const termOf = (inputs: number[], weights: number[], centre = 0): ModelTerm => ({
  ...{ inputs, weights, centre },
  squares: weights.map(() => 1),
});

/** A model in force of these inputs and terms that leaves the label-free evidence whole. */
export const modelOf = (inputs: ModelInput[], terms: ModelTerm[]): OnlineModel => ({
  ...{ inForce: true, labelFreeShare: 1, base: 0, baseSquares: 1 },
  ...{ inputs, terms },
});

/** Quarters between -12 and 12, so that the middle between two whole knots is met exactly; without a value now and then. */
const someValue = fc.option(
  fc.integer({ min: -48, max: 48 }).map((quarters) => quarters / 4),
  { freq: 6 },
);

const someInput = fc
  .uniqueArray(fc.integer({ min: -10, max: 10 }), { minLength: 2, maxLength: 6 })
  .map((knots) => knots.sort((a, b) => a - b));
const someWeight = fc.double({ min: -8, max: 8, noNaN: true });

/** Models of up to four inputs, `f0` to `f3`, alone and in pairs. */
export const someModel: fc.Arbitrary<OnlineModel> = fc
  .array(someInput, { minLength: 1, maxLength: 4 })
  .chain((knots) => {
    const inputs = knots.map((of, index) => ({ feature: `f${index}`, knots: of }));
    const someTerm = fc
      .array(fc.integer({ min: 0, max: inputs.length - 1 }), { minLength: 1, maxLength: 2 })
      .chain((used) => {
        const places = used.reduce((product, index) => product * ((knots[index]?.length ?? 0) + 1), 1);
        const weights = fc.array(someWeight, { minLength: places, maxLength: places });
        return fc.tuple(weights, someWeight).map(([of, centre]) => termOf(used, of, centre));
      });
    return fc
      .record({
        terms: fc.array(someTerm, { maxLength: 5 }),
        base: someWeight,
        labelFreeShare: fc.double({ min: 0, max: 1, noNaN: true }),
      })
      .map((different) => ({ ...modelOf(inputs, []), ...different }));
  });

/** Features for them, with evidence of some kinds beside. */
export const someFeatures: fc.Arbitrary<FeatureValues> = fc
  .tuple(
    fc.dictionary(fc.constantFrom('f0', 'f1', 'f2', 'f3'), someValue),
    fc.dictionary(
      fc.constantFrom(...labelFreeEvidence.map(({ feature }) => feature)),
      fc.option(fc.double({ min: -5, max: 20, noNaN: true })),
    ),
  )
  .map(([ofModel, others]) => ({ ...ofModel, ...others }));
