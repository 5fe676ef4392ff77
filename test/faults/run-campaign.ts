import type { FaultKind } from './plan/fault-kinds.ts';
import { planRounds } from './plan/plan-rounds.ts';
import type { RoundPlan } from './plan/plan-rounds.ts';
import { addTotals, goalsOf, machineLoad } from './report.ts';
import type { CampaignReport } from './report.ts';
import { runLog } from './run-log.ts';
import type { LogRun } from './run-log.ts';

export type CampaignOptions = {
  readonly seed: string;
  readonly rounds: number;
  /** The one round of these to run, counted from 1; undefined for all of them. */
  readonly onlyRound: number | undefined;
  /** Kinds of fault to look into; empty for all of them. */
  readonly only: readonly FaultKind[];
  readonly signal: AbortSignal;
  /** Told of the progress, a line at a time. */
  readonly say: (line: string) => void;
};

/**
 * The rounds of one log. A log that only grows would be rebuilt from its
 * beginning after each lost Redis, for longer each time: its load lies in two
 * months of event time, more than any window looks back on.
 */
const roundsPerLog = 25;
/** More would only repeat themselves; the counts are of all of them. */
const mostListedViolations = 1_000;

/** Runs all rounds and answers the report. Rejects where the run itself fails; nothing is left running either way. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { seed, signal, say } = options;
  const startedAt = new Date();
  const plans = planRounds(seed, options.rounds, options.only);
  const logs: LogRun[] = [];
  const isWanted = ({ round }: RoundPlan): boolean => (options.onlyRound ?? round) === round;
  for (let at = 0; at < plans.length; at += roundsPerLog) {
    const wanted = plans.slice(at, at + roundsPerLog).filter(isWanted);
    const log = { seed: `${seed}/log-${at / roundsPerLog + 1}`, plans: wanted };
    if (wanted.length > 0) logs.push(await runLog({ ...log, rounds: options.rounds, signal, say }));
  }
  const plannedRounds = plans.filter(isWanted).length;
  const rounds = logs.flatMap((log) => log.rounds);
  const violations = logs.flatMap((log) => log.violations);
  return {
    seed,
    plannedRounds,
    startedAt: startedAt.toISOString(),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    loadAverage: machineLoad(),
    totals: addTotals(logs.map(({ totals }) => totals)),
    rounds,
    violations: violations.slice(0, mostListedViolations),
    goals: goalsOf(violations, rounds, plannedRounds),
    evidence: logs.flatMap(({ evidence }) => (evidence === undefined ? [] : [evidence])),
  };
}
