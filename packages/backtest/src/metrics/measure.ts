import { atLeast, averagePrecision, rocAuc } from './ranking.ts';
import {
  calibrationDays,
  dayMs,
  type DayCounts,
  type Tally,
  type EvaluationSettings,
  type EvaluationState,
} from './evaluation.ts';
import { scaleOf, scoreKinds, type ScoreKind } from './score-kinds.ts';

/** What alerting by one threshold came to. Shares are null where nothing was labelled, or nothing alerted on. */
export type Alerting = AlertCounts & {
  readonly threshold: number;
  /** The same over all transactions of the range, those of accounts that are left out included. */
  readonly overAll: AlertCounts;
};

export type AlertCounts = {
  readonly alerts: number;
  readonly alertsPerDay: number;
  readonly precision: number | null;
  readonly recall: number | null;
};

export type ScoreMetrics = {
  readonly rocAuc: number | null;
  readonly averagePrecision: number | null;
  readonly cardPrecisionAtK: number | null;
  /** At the threshold of the ruleset; null for what has no threshold of its own. */
  readonly atHold: Alerting | null;
  /** At the threshold that the days before the range set for so many alerts a day; null where none was asked for. */
  readonly atAlertsPerDay: Alerting | null;
};

export type Metrics = {
  readonly range: {
    /** The first and the last day with transactions, in UTC; null where there are none. */
    readonly from: string | null;
    readonly to: string | null;
    readonly days: number;
    readonly transactions: number;
    readonly frauds: number;
    readonly unlabelled: number;
    readonly droppedOfKnownAccounts: number;
  };
  readonly k: number;
  readonly alertsPerDay: {
    readonly wanted: number;
    /** The largest share of the frauds that so many alerts a day can reach; null without frauds. */
    readonly recallCeiling: number | null;
    /** The same over all transactions of the range. */
    readonly recallCeilingOverAll: number | null;
  } | null;
  readonly scores: Readonly<Record<ScoreKind, ScoreMetrics>>;
  readonly perDay: readonly ({ readonly day: string } & DayCounts)[];
  /** What has to be known to read the numbers. */
  readonly notes: readonly string[];
};

const dayText = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** What an evaluation that has ended comes to. Never NaN: what has no value is null, and a note says why. */
export function measure(settings: EvaluationSettings, state: EvaluationState): Metrics {
  const perDay = [...state.days].sort(([one], [other]) => one - other);
  const sumOf = (field: 'transactions' | 'frauds' | 'held' | 'heldFrauds'): number =>
    perDay.reduce((sum, [, counts]) => sum + counts[field], 0);
  const transactions = sumOf('transactions');
  const frauds = sumOf('frauds');
  const isLabelled = state.unlabelled < transactions;
  const days = perDay.length;
  const wanted = settings.alertsPerDay;
  const leftOutFrauds = perDay.reduce((sum, [, { leftOut }]) => sum + leftOut.frauds, 0);
  const countsOf = (tally: Tally, ofFrauds: number): AlertCounts => ({
    alerts: tally.alerts,
    alertsPerDay: days === 0 ? 0 : tally.alerts / days,
    precision: tally.alerts === 0 || !isLabelled ? null : tally.frauds / tally.alerts,
    recall: ofFrauds === 0 ? null : tally.frauds / ofFrauds,
  });
  const alerting = (threshold: number, measured: Tally, leftOut: Tally): Alerting => ({
    threshold,
    ...countsOf(measured, frauds),
    overAll: countsOf(
      { alerts: measured.alerts + leftOut.alerts, frauds: measured.frauds + leftOut.frauds },
      frauds + leftOutFrauds,
    ),
  });
  const ceiling = (fraudsOf: (counts: DayCounts) => number): number | null => {
    const all = perDay.reduce((sum, [, counts]) => sum + fraudsOf(counts), 0);
    if (all === 0) return null;
    return perDay.reduce((sum, [, counts]) => sum + Math.min(wanted ?? 0, fraudsOf(counts)), 0) / all;
  };

  const metricsOf = (kind: ScoreKind): ScoreMetrics => {
    const counted = state.counted[kind];
    const precisions = state.cardPrecisions[kind];
    const threshold = state.thresholds?.[kind];
    const atThreshold = threshold === undefined ? undefined : atLeast(counted, threshold);
    return {
      rocAuc: rocAuc(counted),
      averagePrecision: averagePrecision(counted),
      cardPrecisionAtK:
        frauds === 0 || precisions.length === 0
          ? null
          : precisions.reduce((sum, precision) => sum + precision, 0) / precisions.length,
      atHold: atHold(kind),
      atAlertsPerDay:
        threshold === undefined || atThreshold === undefined
          ? null
          : alerting(scaleOf[kind].scoreOf(threshold), atThreshold, state.leftOut[kind].budget),
    };
  };

  const atHold = (kind: ScoreKind): Alerting | null => {
    if (kind === 'zScore' || kind === 'amount') return null;
    const measured =
      kind === 'score'
        ? { alerts: sumOf('held'), frauds: sumOf('heldFrauds') }
        : atLeast(state.counted[kind], scaleOf[kind].binOf(settings.holdAt));
    return alerting(settings.holdAt, measured, state.leftOut[kind].hold);
  };

  const [first] = perDay;
  const last = perDay.at(-1);
  return {
    range: {
      from: first === undefined ? null : dayText(first[0]),
      to: last === undefined ? null : dayText(last[0]),
      days,
      transactions,
      frauds,
      unlabelled: state.unlabelled,
      droppedOfKnownAccounts: perDay.reduce((sum, [, { leftOut }]) => sum + leftOut.transactions, 0),
    },
    k: settings.k,
    alertsPerDay:
      wanted === undefined
        ? null
        : {
            wanted,
            recallCeiling: ceiling((counts) => counts.frauds),
            recallCeilingOverAll: ceiling((counts) => counts.frauds + counts.leftOut.frauds),
          },
    scores: Object.fromEntries(scoreKinds.map((kind) => [kind, metricsOf(kind)])) as Record<
      ScoreKind,
      ScoreMetrics
    >,
    perDay: perDay.map(([day, counts]) => ({ day: dayText(day), ...counts })),
    notes: notesOf(settings, state, { transactions, frauds, isLabelled }),
  };
}

function notesOf(
  settings: EvaluationSettings,
  state: EvaluationState,
  {
    transactions,
    frauds,
    isLabelled,
  }: { readonly transactions: number; readonly frauds: number; readonly isLabelled: boolean },
): readonly string[] {
  const notes: string[] = [];
  if (transactions === 0) notes.push('No transaction lies in the evaluated range: nothing was measured.');
  else if (!isLabelled) notes.push('The transactions carry no labels: what needs them is null.');
  else if (frauds === 0)
    notes.push('No transaction of the range is labelled a fraud: what needs frauds is null.');
  else if (state.unlabelled > 0) notes.push('Transactions without a label count as genuine.');
  if (settings.fromDay === undefined) {
    notes.push(
      'The whole file was measured, its first days with hardly any history included; --from leaves a warm-up out.',
    );
  }
  if (settings.knownAccounts === 'drop' && settings.fromDay !== undefined) {
    notes.push('Accounts already known as compromised are left out, as the Fraud Detection Handbook does.');
  }
  if (settings.alertsPerDay !== undefined && state.thresholds === undefined) {
    notes.push(
      `No threshold for ${String(settings.alertsPerDay)} alerts a day: it takes --from with days before it in the file (the last ${String(calibrationDays)} count).`,
    );
  }
  if (state.heldBelowScore > 0) {
    notes.push(
      `${String(state.heldBelowScore)} transactions were held by a policy, below the ruleset's score.`,
    );
  }
  return notes;
}
