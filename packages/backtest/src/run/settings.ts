import type { Ruleset } from '@weir/rules';
import type { WindowPlan } from '@weir/windows';
import type { EvaluationSettings } from '../metrics/evaluation.ts';
import type { Mapping } from '../read/mapping.ts';

/** How a backtest learns; undefined for one without outcomes. */
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
  readonly outcomes: OutcomeSettings | undefined;
  readonly evaluation: EvaluationSettings;
  readonly maxBadRows: number;
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
