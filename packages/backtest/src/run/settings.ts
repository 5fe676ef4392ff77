import type { Ruleset } from '@weir/rules';
import type { WindowPlan } from '@weir/windows';
import type { EvaluationSettings } from '../metrics/evaluation.ts';
import type { Mapping } from '../read/mapping.ts';

/** How a backtest learns. Where no fraud is ever reported, it still learns what peers do. */
export type OutcomeSettings = {
  readonly delayMs: number;
  readonly cadenceMs: number;
  /** The share of the frauds that is ever reported, 0 to 1, and what chooses them. */
  readonly reported: number;
  readonly seed: number;
};

export type BacktestSettings = {
  readonly transactions: string;
  /** undefined: the columns have Weir's own names. */
  readonly mapping: Mapping | undefined;
  readonly out: string;
  readonly ruleset: Ruleset;
  readonly plan: WindowPlan;
  readonly outcomes: OutcomeSettings;
  readonly evaluation: EvaluationSettings;
  /** undefined: a hundred, or one in a hundred of the rows so far. */
  readonly maxBadRows: number | undefined;
  /** Whether to go on from the last checkpoint, and after how many rows to write one at the earliest. */
  readonly resume: boolean;
  readonly checkpointRows: number;
};

/** How far a backtest is. `bytesRead` of `bytesTotal`, as the file is stored. */
export type Progress = {
  readonly rows: number;
  readonly bytesRead: number;
  readonly bytesTotal: number;
};
