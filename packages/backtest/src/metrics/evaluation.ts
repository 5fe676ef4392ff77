import type { Label } from '../read/row.ts';
import { cardPrecisionOfDay } from './card-precision.ts';
import { createCountedScores, type CountedScores } from './counted-scores.ts';
import {
  createKnownAccounts,
  moveKnownTo,
  noteFraud,
  type KnownAccounts,
  type KnownRule,
} from './known-accounts.ts';
import { lowestBinWithin } from './ranking.ts';
import { forEachKind, scaleOf, scoreKinds, type ScoreKind, type Scores } from './score-kinds.ts';

export const dayMs = 86_400_000;

/** So many days before the evaluated range the threshold for a number of alerts a day is set by. */
export const calibrationDays = 7;

export type EvaluationSettings = {
  /** Days since 1970 in UTC, both inclusive; undefined where the file's own first or last day counts. */
  readonly fromDay: number | undefined;
  readonly toDay: number | undefined;
  readonly delayMs: number;
  /** Whether accounts already known as compromised are left out, as the Fraud Detection Handbook does. */
  readonly knownAccounts: 'drop' | 'keep';
  /** The k of card precision at k. */
  readonly k: number;
  readonly alertsPerDay: number | undefined;
  /** From which score the ruleset holds. */
  readonly holdAt: number;
};

/** A judged transaction, for what is measured of it. */
export type Judged = {
  readonly eventTimeMs: number;
  readonly account: string;
  readonly label: Label;
  readonly isHeld: boolean;
  /** undefined where they are not measured. */
  readonly scores: Scores | undefined;
};

type Counts = { transactions: number; frauds: number; held: number; heldFrauds: number };

/** What a day had; beside it, what accounts that are left out had. */
export type DayCounts = Counts & { readonly leftOut: Counts };

/** How many were alerted on, and how many of them were frauds. */
export type Tally = { alerts: number; frauds: number };

type AccountScores = { readonly highest: Float64Array; isFraud: boolean };

/** All that an evaluation has seen, as values a checkpoint can hold. */
export type EvaluationState = {
  day: number | undefined;
  readonly counted: Record<ScoreKind, CountedScores>;
  /** The days before the range, where a threshold is to be set by them; it is set once the range begins. */
  readonly before: Record<ScoreKind, CountedScores> | undefined;
  readonly beforeDays: Set<number>;
  thresholds: Record<ScoreKind, number> | undefined;
  readonly days: Map<number, DayCounts>;
  unlabelled: number;
  /** Alerts on accounts that are left out: by the ruleset, and by the threshold for so many alerts a day. */
  readonly leftOut: Record<ScoreKind, { readonly hold: Tally; readonly budget: Tally }>;
  /** Held by a rule or because of its time, below the ruleset's score. */
  heldBelowScore: number;
  readonly known: KnownAccounts;
  accountsOfDay: Map<string, AccountScores>;
  readonly found: Record<ScoreKind, Set<string>>;
  readonly cardPrecisions: Record<ScoreKind, number[]>;
};

export type Evaluation = {
  /** Whether the scores of a transaction of that time are looked at; nobody needs to work them out otherwise. */
  readonly measures: (eventTimeMs: number) => boolean;
  readonly observe: (judged: Judged) => void;
  /** Ends the last day. */
  readonly end: () => void;
  readonly state: EvaluationState;
};

const countsByKind = (): Record<ScoreKind, CountedScores> =>
  forEachKind((kind) => createCountedScores(scaleOf[kind].bins));

const emptyState = (settings: EvaluationSettings): EvaluationState => ({
  day: undefined,
  counted: countsByKind(),
  before: settings.alertsPerDay === undefined || settings.fromDay === undefined ? undefined : countsByKind(),
  beforeDays: new Set(),
  thresholds: undefined,
  days: new Map(),
  unlabelled: 0,
  leftOut: forEachKind(() => ({ hold: { alerts: 0, frauds: 0 }, budget: { alerts: 0, frauds: 0 } })),
  heldBelowScore: 0,
  known: createKnownAccounts(),
  accountsOfDay: new Map(),
  found: forEachKind(() => new Set<string>()),
  cardPrecisions: forEachKind((): number[] => []),
});

/**
 * Measures judged transactions as they come, in the order of event time. Its
 * memory grows with the accounts of a day and with those found, never with the
 * transactions. Days are those of UTC.
 */
export function createEvaluation(
  settings: EvaluationSettings,
  state: EvaluationState = emptyState(settings),
): Evaluation {
  const { fromDay = -Infinity, toDay = Infinity, holdAt, k, alertsPerDay } = settings;
  const rule: KnownRule = {
    firstDay: settings.knownAccounts === 'drop' ? settings.fromDay : undefined,
    delayDays: Math.ceil(settings.delayMs / dayMs),
  };

  function endDay(): void {
    if (state.accountsOfDay.size === 0) return;
    for (const [index, kind] of scoreKinds.entries()) {
      const accounts = Array.from(state.accountsOfDay, ([account, { highest, isFraud }]) => ({
        account,
        score: highest[index] ?? 0,
        isFraud,
      }));
      const { precision, compromised } = cardPrecisionOfDay(accounts, k, state.found[kind]);
      state.cardPrecisions[kind].push(precision);
      for (const account of compromised) state.found[kind].add(account);
    }
    state.accountsOfDay = new Map();
  }

  function beginDay(day: number): void {
    endDay();
    state.day = day;
    moveKnownTo(state.known, day, rule);
    if (day < fromDay || state.thresholds !== undefined || state.before === undefined) return;
    const { before, beforeDays } = state;
    const alerts = (alertsPerDay ?? 0) * beforeDays.size;
    if (beforeDays.size > 0) state.thresholds = forEachKind((kind) => lowestBinWithin(before[kind], alerts));
  }

  function countsOf(day: number): DayCounts {
    const counts = state.days.get(day) ?? { ...noCounts(), leftOut: noCounts() };
    state.days.set(day, counts);
    return counts;
  }

  /** An account already known is no part of the ranking; an alert on it takes somebody's time all the same. */
  function observeLeftOut(day: number, { label, isHeld }: Judged, scores: Scores): void {
    const isFraud = label === 'fraud';
    countIn(countsOf(day).leftOut, isHeld, isFraud);
    for (const kind of scoreKinds) {
      const { hold, budget } = state.leftOut[kind];
      const threshold = state.thresholds?.[kind] ?? Infinity;
      if (kind === 'score' ? isHeld : scores[kind] >= holdAt) countAlert(hold, isFraud);
      if (scaleOf[kind].binOf(scores[kind]) >= threshold) countAlert(budget, isFraud);
    }
  }

  function observeInRange(day: number, { account, label, isHeld }: Judged, scores: Scores): void {
    const isFraud = label === 'fraud';
    count(state.counted, scores, label);
    if (label === 'unknown') state.unlabelled += 1;
    if (isHeld && scores.score < holdAt) state.heldBelowScore += 1;
    countIn(countsOf(day), isHeld, isFraud);
    const ofAccount = state.accountsOfDay.get(account);
    if (ofAccount === undefined) {
      const highest = Float64Array.from(scoreKinds, (kind) => scores[kind]);
      state.accountsOfDay.set(account, { highest, isFraud });
      return;
    }
    for (const [index, kind] of scoreKinds.entries()) {
      if (scores[kind] > (ofAccount.highest[index] ?? 0)) ofAccount.highest[index] = scores[kind];
    }
    if (isFraud) ofAccount.isFraud = true;
  }

  const isBefore = (day: number): boolean =>
    state.before !== undefined && day < fromDay && day >= fromDay - calibrationDays;
  const isInRange = (day: number): boolean => day >= fromDay && day <= toDay;

  return {
    state,
    measures: (eventTimeMs) => {
      const day = Math.floor(eventTimeMs / dayMs);
      return isInRange(day) || isBefore(day);
    },
    observe(judged) {
      const day = Math.floor(judged.eventTimeMs / dayMs);
      if (day !== state.day) beginDay(day);
      if (judged.label === 'fraud') noteFraud(state.known, day, judged.account, rule);
      const { scores } = judged;
      if (scores === undefined) return;
      if (isInRange(day)) {
        if (state.known.known.has(judged.account)) observeLeftOut(day, judged, scores);
        else observeInRange(day, judged, scores);
      } else if (isBefore(day) && state.before !== undefined) {
        // Whoever alerts doesn't know yet which accounts will turn out to be known: all of them count.
        state.beforeDays.add(day);
        count(state.before, scores, judged.label);
      }
    },
    end: endDay,
  };
}

/** Nobody knows what a transaction without a label was; among alerts it counts as what it most likely is. */
function count(counted: Record<ScoreKind, CountedScores>, scores: Scores, label: Label): void {
  for (const kind of scoreKinds) {
    const bin = scaleOf[kind].binOf(scores[kind]);
    const counts = counted[kind][label === 'fraud' ? 'fraud' : 'genuine'];
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
}

const noCounts = (): Counts => ({ transactions: 0, frauds: 0, held: 0, heldFrauds: 0 });

function countIn(counts: Counts, isHeld: boolean, isFraud: boolean): void {
  counts.transactions += 1;
  if (isFraud) counts.frauds += 1;
  if (isHeld) counts.held += 1;
  if (isHeld && isFraud) counts.heldFrauds += 1;
}

function countAlert(tally: Tally, isFraud: boolean): void {
  tally.alerts += 1;
  if (isFraud) tally.frauds += 1;
}
