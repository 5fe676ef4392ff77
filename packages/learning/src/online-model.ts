import type { FeatureValues, OnlineModel } from '@weir/contracts';
import {
  isRiskInput,
  labelFreeBase,
  labelFreeLogOdds,
  locateAll,
  modelInputs,
  modelPairs,
  partAt,
  prepareModel,
  probabilityOf,
  shareOf,
  weightIndexOf,
  type PreparedTerm,
} from '@weir/scoring';

/**
 * How far one transaction moves a weight at first: the one setting of AdaGrad (Duchi, Hazan and Singer
 * 2011, algorithm 1), which divides it by the root of the squared gradients so far.
 */
const learningRate = 0.3;

/** What those sums begin with, so that the first gradients don't leap. */
const firstSquares = 1;

/** A gradient smaller than this moves nothing that anybody would see, and most transactions have one. */
const leastGradient = 1e-4;

/** The label-free score counts as much as so many reported frauds: with as many, half of it is left. */
const labelFreeFrauds = 100;

/** The mean of a term is one over about the last ten thousand transactions. */
const centreStep = 1e-4;

type TrainedTerm = PreparedTerm & { readonly isRisk: boolean; readonly squares: Float64Array };

/** A model in the making. */
export type Training = {
  /** Learns from one transaction. Answers the probability of fraud that the account's own behaviour gave it before. */
  readonly learn: (features: FeatureValues, isFraud: boolean) => number;
  readonly toModel: (inForce: boolean) => OnlineModel;
};

/** A model that has learned nothing. */
function untrained(): OnlineModel {
  const indexOf = (feature: string): number => modelInputs.findIndex((input) => input.feature === feature);
  const terms = [
    ...modelInputs.map((_, index) => [index]),
    ...modelPairs.map(([one, other]) => [indexOf(one), indexOf(other)]),
  ].map((inputs) => {
    const places = inputs.reduce(
      (product, index) => product * ((modelInputs[index]?.knots.length ?? 0) + 1),
      1,
    );
    const weights = Array.from({ length: places }, () => 0);
    return { inputs, weights, squares: weights.map(() => firstSquares), centre: 0 };
  });
  const inputs = modelInputs.map(({ feature, knots }) => ({ feature, knots: [...knots] }));
  return { inForce: false, labelFreeShare: 1, base: 0, baseSquares: firstSquares, inputs, terms };
}

/**
 * An additive logistic model on top of the label-free score, learned one transaction at a time: for each feature a
 * function that is straight between knots, and for some pairs a function of both (a generalised additive model with
 * pairs: Hastie and Tibshirani 1990; Lou et al. 2013), by AdaGrad. It starts as the label-free score; what outcomes
 * say takes its place. Goes on from a model as if it had never stopped; from one of other inputs it begins anew.
 */
export function startTraining(previous: OnlineModel | null): Training {
  const begun = untrained();
  const from = previous !== null && isOfSameShape(previous, begun) ? previous : begun;
  const { inputs, terms: prepared } = prepareModel(from);
  const terms = prepared.map((term, index): TrainedTerm => {
    const isRisk = isRiskInput(term.first.feature);
    return { ...term, isRisk, squares: new Float64Array(from.terms[index]?.squares ?? []) };
  });
  let { base, baseSquares, labelFreeShare } = from;

  const learn: Training['learn'] = (features, isFraud) => {
    locateAll(inputs, features);
    let own = labelFreeBase + base + labelFreeShare * labelFreeLogOdds(features);
    let risk = 0;
    // What the same behaviour would say with nothing known of the counterparty and the account.
    let unknown = 0;
    for (const term of terms) {
      const part = partAt(term);
      if (term.isRisk) {
        risk += part;
        unknown += term.weights[term.weights.length - 1] as number;
      } else own += part;
      term.centre += centreStep * (part - term.centre);
    }
    const gradient = probabilityOf(own + risk) - (isFraud ? 1 : 0);
    if (Math.abs(gradient) >= leastGradient) {
      for (const term of terms) {
        const index = weightIndexOf(term);
        const share = shareOf(term);
        move(term, index, gradient * (1 - share));
        if (share > 0) move(term, index + 1, gradient * share);
      }
      baseSquares += gradient * gradient;
      base -= (learningRate / Math.sqrt(baseSquares)) * gradient;
    }
    if (isFraud) labelFreeShare = labelFreeFrauds / (labelFreeFrauds / labelFreeShare + 1);
    return probabilityOf(own + unknown);
  };

  return {
    learn,
    toModel: (inForce) => ({
      inForce,
      ...{ labelFreeShare, base, baseSquares },
      inputs: begun.inputs,
      terms: terms.map(({ weights, squares, centre }, index) => ({
        inputs: begun.terms[index]?.inputs ?? [],
        weights: plain(weights),
        squares: plain(squares),
        centre,
      })),
    }),
  };
}

/** A plain array, for JSON. Spreading one takes four times as long. */
function plain(numbers: Float64Array): number[] {
  const copy = new Array<number>(numbers.length);
  for (let index = 0; index < numbers.length; index += 1) copy[index] = numbers[index] as number;
  return copy;
}

const isOfSameShape = (one: OnlineModel, other: OnlineModel): boolean =>
  JSON.stringify([one.inputs, one.terms.map(({ inputs }) => inputs)]) ===
  JSON.stringify([other.inputs, other.terms.map(({ inputs }) => inputs)]);

function move({ weights, squares }: TrainedTerm, index: number, gradient: number): void {
  const square = (squares[index] as number) + gradient * gradient;
  squares[index] = square;
  weights[index] = (weights[index] as number) - (learningRate / Math.sqrt(square)) * gradient;
}
