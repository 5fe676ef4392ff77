import type { ModelSnapshot } from '@weir/contracts';
import { isReported } from '../learn/is-reported.ts';
import { createLearningSchedule } from '../learn/learning-schedule.ts';
import type { Spool } from '../learn/spool.ts';
import { createEvaluation, type EvaluationState } from '../metrics/evaluation.ts';
import type { BadRow, Row, RowOutcome } from '../read/row.ts';
import { openScores, refusedLine, scoresLine } from '../scores/write-scores.ts';
import { writeCheckpoint, type Checkpoint } from './checkpoint.ts';
import { createCore, observationOf } from './core.ts';
import { createRefusedRows, type RefusedReport } from './refused-rows.ts';
import type { BacktestSettings } from './settings.ts';

/** What a run made of its rows so far. */
export type RunResult = {
  /** Rows that got a verdict, those of an earlier part of the run included. */
  readonly judged: number;
  readonly refused: RefusedReport;
  readonly learned: ModelSnapshot['learned'] | null;
  readonly evaluation: EvaluationState;
};

/** Rows in the order of event time in; scores, metrics and what is learned out. */
export type RowJudge = {
  readonly take: (row: RowOutcome) => void;
  /** Brings all scores to the file. */
  readonly close: () => void;
  /** Ends the last day, and says what it came to. */
  readonly result: () => RunResult;
};

/**
 * Judges rows by what happened and was known before each of them. Those that a
 * checkpoint is behind are taken into the histories only: their verdicts stand
 * in the file already.
 */
export function createRowJudge(settings: BacktestSettings, spool: Spool, checkpoint?: Checkpoint): RowJudge {
  const { outcomes } = settings;
  const core = createCore(settings.ruleset, settings.plan);
  const evaluation = createEvaluation(settings.evaluation, checkpoint?.evaluation);
  const scores = openScores(settings.out, checkpoint?.scoresBytes);
  const refused = createRefusedRows(settings.maxBadRows);
  const schedule = createLearningSchedule(outcomes, spool, checkpoint?.progress);
  const decidedBefore = checkpoint?.taken ?? 0;
  let snapshot = checkpoint?.progress.snapshot;
  let [taken, judged, sinceCheckpoint] = [0, 0, 0];
  if (snapshot !== undefined) core.activate(snapshot);

  /** Learns what is due before a row is judged. Only at a cut does the learner hold nothing but what its snapshot says. */
  function moveTo(eventTimeMs: number): void {
    const made = schedule.advanceTo(eventTimeMs);
    if (made === undefined) return;
    snapshot = made;
    core.activate(made);
    if (sinceCheckpoint < settings.checkpointRows) return;
    const scoresBytes = scores.flush();
    writeCheckpoint(settings, spool, {
      taken,
      scoresBytes,
      evaluation: evaluation.state,
      progress: { snapshot },
    });
    sinceCheckpoint = 0;
  }

  function judge(
    row: Row,
    { named, history }: Extract<ReturnType<typeof core.place>, { kind: 'joined' }>,
  ): void {
    const { eventTimeMs, label } = row;
    const decided = core.judge(named, history);
    scores.write(scoresLine(row.transactionId, decided.verdict));
    evaluation.observe({
      eventTimeMs,
      account: named.account,
      label,
      isHeld: decided.verdict.outcome === 'held',
      scores: evaluation.measures(eventTimeMs) ? core.scores(named, history, decided) : undefined,
    });
    const isFraud = label === 'fraud' && isReported(named.transaction, outcomes.reported, outcomes.seed);
    spool.push({ observation: observationOf(row, named, decided.features), isFraud });
  }

  function refuse(bad: BadRow, isDecided: boolean): void {
    refused.add(bad, taken);
    if (!isDecided) scores.write(refusedLine(bad.transactionId, 'rejected', bad));
  }

  function takeRow(row: Row, isDecided: boolean): void {
    const place = core.place(row);
    const { line, transactionId } = row;
    switch (place.kind) {
      case 'duplicate':
        refused.addDuplicate();
        if (!isDecided) scores.write(refusedLine(transactionId, 'duplicate'));
        return;
      case 'conflictingDuplicate':
        refuse({ line, transactionId, field: 'transactionId', code: 'conflicting_duplicate' }, isDecided);
        return;
      case 'joined':
        judged += 1;
        if (!isDecided) judge(row, place);
        core.append(place.named, place.history);
    }
  }

  return {
    take(outcome) {
      const isDecided = taken < decidedBefore;
      if (!isDecided && outcome.ok) moveTo(outcome.row.eventTimeMs);
      taken += 1;
      if (!isDecided) sinceCheckpoint += 1;
      if (outcome.ok) takeRow(outcome.row, isDecided);
      else refuse(outcome.bad, isDecided);
    },
    close: scores.close,
    result() {
      evaluation.end();
      return {
        judged,
        refused: refused.report(),
        learned: snapshot?.learned ?? null,
        evaluation: evaluation.state,
      };
    },
  };
}
