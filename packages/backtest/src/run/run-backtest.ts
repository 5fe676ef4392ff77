import type { ModelSnapshot } from '@weir/contracts';
import { BacktestError } from '../backtest-error.ts';
import { isReported } from '../learn/is-reported.ts';
import { createLearningSchedule, type LearningSchedule } from '../learn/learning-schedule.ts';
import { createSpool, type Spool } from '../learn/spool.ts';
import { createEvaluation, type Evaluation } from '../metrics/evaluation.ts';
import { measure, type Metrics } from '../metrics/measure.ts';
import { createReorderBuffer } from '../order/reorder-buffer.ts';
import { openInput } from '../read/open-input.ts';
import { readRows } from '../read/read-rows.ts';
import type { Row } from '../read/row.ts';
import { openScores, scoresLine, type ScoresWriter } from '../scores/write-scores.ts';
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { createCore, observationOf, type Core } from './core.ts';
import { createRefusedRows, type RefusedReport, type RefusedRows } from './refused-rows.ts';
import type { BacktestSettings, Progress } from './settings.ts';

export type BacktestReport = {
  /** Rows that got a verdict. */
  readonly judged: number;
  readonly refused: RefusedReport;
  /** What was learned by the end; null where nothing was. */
  readonly learned: ModelSnapshot['learned'] | null;
  readonly metrics: Metrics;
  readonly evaluation: Evaluation['state'];
};

/** How often progress is told, in rows, and the loop looks whether it is to stop. */
const rowsBetweenProgress = 2_000;

type Watching = {
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
};

/**
 * Runs transactions through the core in the order of event time and writes a
 * score for each; undefined where it was stopped, which leaves the last
 * checkpoint to go on from. Throws BacktestError where it can't be done.
 */
export async function runBacktest(
  settings: BacktestSettings,
  { onProgress, signal }: Watching,
): Promise<BacktestReport | undefined> {
  const input = await openInput(settings.transactions);
  const spool = createSpool(`${settings.out}.spool`);
  try {
    const run = startRun(settings, spool);
    const buffer = createReorderBuffer();
    let read = 0;
    for await (const outcome of readRows(settings.transactions, input, settings.mapping)) {
      read += 1;
      if (outcome.ok) {
        const next = buffer.push(outcome.row);
        if (next !== undefined) run.take(next);
      } else {
        run.refused.add(outcome.bad);
      }
      if (read % rowsBetweenProgress !== 0) continue;
      if (signal.aborted) return run.stop();
      onProgress({ rows: read, bytesRead: input.bytesRead(), bytesTotal: input.bytesTotal });
    }
    for (let next = buffer.shift(); next !== undefined; next = buffer.shift()) run.take(next);
    return run.finish();
  } finally {
    input.bytes.destroy();
    spool.close();
  }
}

type Run = {
  readonly take: (row: Row) => void;
  readonly refused: RefusedRows;
  readonly stop: () => undefined;
  readonly finish: () => BacktestReport;
};

function startRun(settings: BacktestSettings, spool: Spool): Run {
  const { outcomes } = settings;
  const checkpoint = settings.resume ? readCheckpoint(settings, spool) : undefined;
  const core: Core = createCore(settings.ruleset, settings.plan);
  const evaluation = createEvaluation(settings.evaluation, checkpoint?.evaluation);
  const scores: ScoresWriter = openScores(settings.out, checkpoint?.scoresBytes);
  const refused = createRefusedRows(settings.maxBadRows);
  const schedule: LearningSchedule | undefined =
    outcomes === undefined ? undefined : createLearningSchedule(outcomes, spool, checkpoint?.progress);
  let snapshot = checkpoint?.progress?.snapshot;
  if (snapshot !== undefined) core.activate(snapshot);
  /** Rows taken so far, and those whose verdict an earlier run has written. */
  let taken = 0;
  const decidedBefore = checkpoint?.taken ?? 0;
  let sinceCheckpoint = 0;

  /** Only at a cut does the learner hold nothing but what its snapshot says. */
  const mayRest = (made: ModelSnapshot | undefined): boolean =>
    sinceCheckpoint >= settings.checkpointRows && (schedule === undefined || made !== undefined);

  return {
    refused,
    take(row) {
      const isDecided = taken < decidedBefore;
      let made: ModelSnapshot | undefined;
      if (!isDecided) {
        made = schedule?.advanceTo(row.eventTimeMs);
        if (made !== undefined) {
          snapshot = made;
          core.activate(made);
        }
        if (mayRest(made)) {
          writeCheckpoint(settings, spool, {
            taken,
            scoresBytes: scores.flush(),
            evaluation: evaluation.state,
            progress: snapshot === undefined ? undefined : { snapshot },
          });
          sinceCheckpoint = 0;
        }
        sinceCheckpoint += 1;
      }
      taken += 1;
      const place = core.place(row);
      switch (place.kind) {
        case 'duplicate':
          refused.addDuplicate();
          return;
        case 'conflictingDuplicate':
          refused.add({ line: row.line, field: 'transactionId', code: 'conflicting_duplicate' });
          return;
        case 'joined':
          break;
      }
      const { named, history } = place;
      if (!isDecided) {
        const judged = core.judge(named, history);
        const { verdict, features } = judged;
        scores.write(scoresLine(row.transactionId, verdict));
        const { eventTimeMs, label } = row;
        const isHeld = verdict.outcome === 'held';
        const measured = evaluation.measures(eventTimeMs) ? core.scores(named, history, judged) : undefined;
        evaluation.observe({ eventTimeMs, account: named.account, label, isHeld, scores: measured });
        if (outcomes !== undefined) {
          const isFraud =
            label === 'fraud' && isReported(named.transaction, outcomes.reported, outcomes.seed);
          spool.push({ observation: observationOf(row, named, features), isFraud });
        }
      }
      core.append(named, history);
    },
    stop() {
      scores.close();
      return undefined;
    },
    finish() {
      scores.close();
      evaluation.end();
      removeCheckpoint(settings);
      if (taken < decidedBefore) throw new BacktestError(65, 'the transactions are fewer than they were');
      const report = refused.report();
      return {
        judged: taken - report.duplicates - conflictsIn(report),
        refused: report,
        learned: snapshot?.learned ?? null,
        metrics: measure(settings.evaluation, evaluation.state),
        evaluation: evaluation.state,
      };
    },
  };
}

const conflictsIn = ({ byReason }: RefusedReport): number =>
  byReason.find(({ code }) => code === 'conflicting_duplicate')?.rows ?? 0;
