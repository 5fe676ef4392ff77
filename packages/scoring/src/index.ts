export { minimumHistory, minimumSpreadMilli } from './amount-profile.ts';
export * from './baseline.ts';
export * from './compute-features.ts';
export * from './feature-names.ts';
export { historyStateOf } from './history-state.ts';
export { settledHistory, type PeerGroup } from './peer-group.ts';
export * from './recent-amounts.ts';
export { defaultReportingThresholds, type ReportingThresholds } from './reporting-threshold.ts';
