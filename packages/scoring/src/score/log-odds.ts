import type { FeatureValues } from '@weir/contracts';
import { locateAll, partAt, type PreparedModel } from './additive-model.ts';
import {
  eachLabelFreeUnit,
  labelFreeBase,
  labelFreeSlope,
  labelFreeUnits,
  shareThatCounts,
} from './label-free.ts';

/** All that speaks for fraud without any outcomes, in log-odds. */
export function labelFreeLogOdds(features: FeatureValues): number {
  const logOdds = labelFreeSlope * labelFreeUnits(features);
  return logOdds * shareThatCounts(logOdds);
}

/** The log-odds of fraud: of the label-free score alone, or of what a model makes of it. */
export function logOddsOf(model: PreparedModel | undefined, features: FeatureValues): number {
  if (model === undefined) return labelFreeBase + labelFreeLogOdds(features);
  locateAll(model.inputs, features);
  let logOdds = labelFreeBase + model.base + model.labelFreeShare * labelFreeLogOdds(features);
  for (const term of model.terms) logOdds += partAt(term);
  return logOdds;
}

/** The same log-odds taken apart: parts by feature, and what is left, which no feature is the cause of. */
export type LogOddsParts = { readonly base: number; readonly parts: ReadonlyMap<string, number> };

/**
 * Takes the log-odds apart. Each learned term is measured from its own mean, so that what holds for
 * every transaction is part of the base and explains none of them; what a pair says is half of
 * each of its features.
 */
export function partsOf(model: PreparedModel | undefined, features: FeatureValues): LogOddsParts {
  const parts = new Map<string, number>();
  const add = (feature: string, part: number): void => {
    if (part !== 0) parts.set(feature, (parts.get(feature) ?? 0) + part);
  };
  const counts = labelFreeSlope * shareThatCounts(labelFreeSlope * labelFreeUnits(features));
  const unit = counts * (model?.labelFreeShare ?? 1);
  eachLabelFreeUnit(features, (feature, units) => {
    add(feature, unit * units);
  });
  if (model === undefined) return { base: labelFreeBase, parts };
  locateAll(model.inputs, features);
  let base = labelFreeBase + model.base;
  for (const term of model.terms) {
    const part = partAt(term) - term.centre;
    base += term.centre;
    const share = term.second === undefined ? part : part / 2;
    add(term.first.feature, share);
    if (term.second !== undefined) add(term.second.feature, share);
  }
  return { base, parts };
}
