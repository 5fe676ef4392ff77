import { loadavg } from 'node:os';
import type { Violation } from '../history-checks/history.ts';
import type { VerdictStage } from './check/count-verdicts.ts';
import type { FaultStep } from './hurt.ts';
import type { RoundPlan } from './plan/plan-rounds.ts';
import type { RulesetCounts } from './rules/change-rulesets.ts';
import type { RoundReport } from './run-round.ts';

export type Goal = {
  readonly name: string;
  readonly target: number;
  readonly measured: number;
  readonly unit: string;
  readonly met: boolean;
  /** Rounds that were run, did what they should and were judged, and those that were asked for. */
  readonly rounds: number;
  readonly plannedRounds: number;
};

/** Counts over a whole run. */
export type Totals = Readonly<Record<(typeof totalNames)[number], number>>;

const totalNames = [
  'sent',
  'acknowledged',
  'unknown',
  'planted',
  'logRecords',
  'cleared',
  'held',
  'flagged',
  'released',
  'rejected',
  'alerts',
  'mails',
  // Delivered once more under the same Message-ID.
  'repeatedMails',
  // Ends of workers that nobody asked for.
  'workerEnds',
  // Compared with those of an undisturbed run over a copy of the log.
  'comparedDecisions',
  'rulesetsPublished',
  // In place of the one in force, in the shadow or as a canary.
  'rulesetsActivated',
  'rulesetsRolledBack',
  'listsSwapped',
  // Of what nobody had approved.
  'activationsRefused',
  'verdictsLive',
  // By the candidate, and beside the ruleset that decided.
  'verdictsCanary',
  'verdictsBeside',
] as const;

export const addTotals = (all: readonly Totals[]): Totals =>
  Object.fromEntries(
    totalNames.map((name) => [name, all.reduce((sum, totals) => sum + totals[name], 0)]),
  ) as Totals;

export type CampaignReport = {
  readonly seed: string;
  readonly plannedRounds: number;
  readonly startedAt: string;
  readonly seconds: number;
  readonly loadAverage: readonly number[];
  readonly totals: Totals;
  readonly rounds: readonly RoundReport[];
  readonly violations: readonly Violation[];
  readonly goals: readonly Goal[];
  /** The folders that are kept where something was violated. */
  readonly evidence: readonly string[];
};

const recoverySecondsTarget = 30;

/** Of all rounds of a log. */
export function rulesetTotals(rounds: readonly Pick<RoundReport, 'rulesets' | 'verdicts'>[]) {
  const sumOf = (name: keyof RulesetCounts): number =>
    rounds.reduce((sum, { rulesets }) => sum + rulesets[name], 0);
  const verdictsOf = (stage: VerdictStage): number =>
    rounds
      .flatMap(({ verdicts }) => verdicts)
      .reduce((sum, one) => sum + (one.stage === stage ? one.verdicts : 0), 0);
  return {
    rulesetsPublished: sumOf('published'),
    rulesetsActivated: sumOf('activated'),
    rulesetsRolledBack: sumOf('rolledBack'),
    listsSwapped: sumOf('listsSwapped'),
    activationsRefused: sumOf('refused'),
    verdictsLive: verdictsOf('live'),
    verdictsCanary: verdictsOf('canary'),
    verdictsBeside: verdictsOf('beside'),
  };
}

/** A verdict, or the journal of it, names another version than its control records say. */
const mixedRules: readonly string[] = [
  'verdict_versions',
  'journal_versions',
  'decided_by',
  'every_partition_told',
];

const isMixed = ({ rule }: Violation): boolean => mixedRules.includes(rule);

/**
 * The goals by their names. A round that never recovered counts as long as it
 * was waited for; one in which something took no effect counts as none. Where
 * fewer rounds count than were asked for, no goal is met.
 */
export function goalsOf(
  violations: readonly Violation[],
  rounds: readonly Pick<RoundReport, 'recoverySeconds' | 'withoutEffect'>[],
  plannedRounds: number,
): Goal[] {
  const counting = rounds.filter(({ withoutEffect }) => withoutEffect.length === 0).length;
  const over = { rounds: counting, plannedRounds };
  const isComplete = counting === plannedRounds;
  const counted = (['lost', 'doubled', 'conflicting', 'mixed'] as const).map((name): Goal => {
    const measured = violations.filter((one) => (isMixed(one) ? 'mixed' : one.damage) === name).length;
    return { name, target: 0, measured, unit: 'count', met: isComplete && measured === 0, ...over };
  });
  const slowest = rounds.reduce((most, { recoverySeconds }) => Math.max(most, recoverySeconds), 0);
  const measured = Math.round(slowest * 10) / 10;
  const met = isComplete && slowest <= recoverySecondsTarget;
  return [
    ...counted,
    { name: 'recoverySecondsMax', target: recoverySecondsTarget, measured, unit: 's', met, ...over },
  ];
}

/** What is about to be done. */
export const describePlan = ({ round, faults, ratePerSecond }: RoundPlan, rounds: number): string =>
  `round ${round}/${rounds}: ${faults.map(({ kind }) => kind).join(' + ')}, at ${ratePerSecond} transactions a second`;

/** One thing that was done. */
export const describeStep = ({ atMs, what }: FaultStep): string =>
  `  ${(atMs / 1000).toFixed(1).padStart(5)} s  ${what}`;

/** How a round ended, in a few lines. */
export function describeRound(report: RoundReport): string[] {
  const { sent, acknowledged, unknown, recoverySeconds, violations, withoutEffect, workerEnds } = report;
  return [
    ...withoutEffect.map((what) => `           FAILED, this round counts as none: expected that ${what}`),
    ...[...Map.groupBy(workerEnds, ({ name, how }) => `${name} ${how} by itself`)].map(
      ([what, { length }]) => `           ${what}${length > 1 ? `, ${length} times` : ''}`,
    ),
    `           sent ${sent}, acknowledged ${acknowledged}${unknown > 0 ? `, unknown ${unknown}` : ''}; ` +
      `${report.hasRecovered ? `recovered in ${recoverySeconds.toFixed(1)} s` : 'NOT RECOVERED'}; ` +
      `${violations.length === 0 ? 'everything is as it should be' : `${violations.length} VIOLATIONS`} ` +
      `(${report.seconds.toFixed(0)} s)`,
    ...listViolations(violations),
  ];
}

const mostListed = 10;

/** The first of them; all are in the report. */
export const listViolations = (violations: readonly Violation[]): string[] => [
  ...violations.slice(0, mostListed).map((violation) => `           ${describeViolation(violation)}`),
  ...(violations.length > mostListed ? [`           and ${violations.length - mostListed} more`] : []),
];

const describeViolation = ({ rule, damage, partition, offset, found }: Violation): string =>
  `${damage}: ${rule}${partition === undefined ? '' : ` at ${partition}/${offset ?? '-'}`}: ${found}`;

export const describeGoal = ({ name, target, measured, unit, met, rounds, plannedRounds }: Goal): string =>
  `${met ? 'met   ' : 'MISSED'}  ${name}: ${measured}${unit === 'count' ? '' : ` ${unit}`} (target ${target}), ` +
  `in ${rounds} of ${plannedRounds} rounds`;

/** The load of the machine over the last minute and longer: what timings are worth depends on it. */
export const machineLoad = (): number[] => loadavg().map((load) => Math.round(load * 100) / 100);
