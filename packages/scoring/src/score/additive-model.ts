import type { FeatureValues, OnlineModel } from '@weir/contracts';
import { locate, type Place } from './locate.ts';

/** An input ready to be asked: `place` is where the value asked about last lies. */
export type PreparedInput = {
  readonly feature: string;
  readonly knots: Float64Array;
  readonly place: Place;
};

/** A term ready to be asked; `second` is absent where it is of one input. */
export type PreparedTerm = {
  readonly first: PreparedInput;
  readonly second: PreparedInput | undefined;
  readonly weights: Float64Array;
  centre: number;
};

/** A model ready to be asked, with its numbers packed: every transaction asks it. */
export type PreparedModel = {
  readonly base: number;
  readonly labelFreeShare: number;
  readonly inputs: readonly PreparedInput[];
  readonly terms: readonly PreparedTerm[];
};

/** Throws a RangeError where a term names an input that isn't there. */
export function prepareModel({ base, labelFreeShare, inputs, terms }: OnlineModel): PreparedModel {
  const prepared = inputs.map(({ feature, knots }): PreparedInput => ({
    feature,
    knots: new Float64Array(knots),
    place: { index: 0, share: 0 },
  }));
  return {
    base,
    labelFreeShare,
    inputs: prepared,
    terms: terms.map(({ inputs: used, weights, centre }): PreparedTerm => {
      const [first, second] = used.map((index) => prepared[index]);
      if (first === undefined || (used.length === 2 && second === undefined))
        throw new RangeError('a term of the model names an input that it lacks');
      return { first, second, weights: new Float64Array(weights), centre };
    }),
  };
}

/** Finds the places of a transaction's features: to be done before its terms are asked. */
export function locateAll(inputs: readonly PreparedInput[], features: FeatureValues): void {
  for (const { feature, knots, place } of inputs) locate(knots, features[feature], place);
}

/**
 * The first of the weights a term is made of at the places found last; the next one behind it counts by the
 * share of the input that varies faster. Of a pair, the first input is taken at its nearest knot.
 */
export function weightIndexOf({ first, second }: PreparedTerm): number {
  if (second === undefined) return first.place.index;
  const { index, share } = first.place;
  const row = share > 0.5 ? index + 1 : index;
  return row * (second.knots.length + 1) + second.place.index;
}

/** How far the places found last lie towards the next weight. */
export const shareOf = ({ first, second }: PreparedTerm): number => (second ?? first).place.share;

/** The value of a term at the places found last, in log-odds. */
export function partAt(term: PreparedTerm): number {
  const index = weightIndexOf(term);
  const share = shareOf(term);
  const here = term.weights[index] as number;
  return share === 0 ? here : here + share * ((term.weights[index + 1] as number) - here);
}
