export { minimumHistory, minimumSpreadMilli } from './amount-profile.ts';
export * from './baseline.ts';
export * from './compute-features.ts';
export { currencyCode } from './currency-code.ts';
export {
  featureCatalogue,
  featureEntryOf,
  featureReference,
  type FeatureEntry,
} from './feature-catalogue.ts';
export * from './feature-names.ts';
export { historyStateOf } from './history-state.ts';
export { settledHistory, type PeerGroup } from './peer-group.ts';
export * from './recent-amounts.ts';
export { defaultReportingThresholds, type ReportingThresholds } from './reporting-threshold.ts';
export { entriesOf, rowOf, type RiskEntry } from './risk/risk-entry.ts';
export { riskFeatureNames } from './risk/risk-features.ts';
export { roundMicro } from './round-micro.ts';
export { probabilityOf } from './score/contributions.ts';
export { createScorer, readKnowledge, scorerOf } from './score/create-scorer.ts';
export type { Contributions, Scorer } from './score/scorer.ts';
export {
  locateAll,
  partAt,
  prepareModel,
  shareOf,
  weightIndexOf,
  type PreparedTerm,
} from './score/additive-model.ts';
export { isRiskInput, modelInputs, modelPairs } from './score/inputs.ts';
export { labelFreeBase } from './score/label-free.ts';
export { titleOfScoreReason } from './score/reason-groups.ts';
export { labelFreeLogOdds } from './score/log-odds.ts';
