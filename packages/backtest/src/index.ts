export { BacktestError, type BacktestExitCode } from './backtest-error.ts';
export { createEvaluation, type EvaluationSettings } from './metrics/evaluation.ts';
export type { Alerting, Metrics, ScoreMetrics } from './metrics/measure.ts';
export { scoreKinds, type ScoreKind } from './metrics/score-kinds.ts';
export { readMapping, type Mapping } from './read/mapping.ts';
export { runBacktest, type BacktestReport } from './run/run-backtest.ts';
export type { BacktestSettings, OutcomeSettings, Progress } from './run/settings.ts';
