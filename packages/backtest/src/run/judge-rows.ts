import type { ModelSnapshot } from '@weir/contracts';
import { isReported } from '../learn/is-reported.ts';
import { createLearningSchedule } from '../learn/learning-schedule.ts';
import type { Spool } from '../learn/spool.ts';
import { createEvaluation, type EvaluationState } from '../metrics/evaluation.ts';
import type { Row } from '../read/row.ts';
import { openScores, scoresLine } from '../scores/write-scores.ts';
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
  readonly take: (row: Row) => void;
  readonly refuse: ReturnType<typeof createRefusedRows>['add'];
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
  const schedule =
    outcomes === undefined ? undefined : createLearningSchedule(outcomes, spool, checkpoint?.progress);
  const decidedBefore = checkpoint?.taken ?? 0;
  let snapshot = checkpoint?.progress?.snapshot;
  let [taken, judged, sinceCheckpoint] = [0, 0, 0];
  if (snapshot !== undefined) core.activate(snapshot);

  /** Learns what is due before a row is judged. Only at a cut does the learner hold nothing but what its snapshot says. */
  function moveTo(eventTimeMs: number): void {
    const made = schedule?.advanceTo(eventTimeMs);
    if (made !== undefined) {
      snapshot = made;
      core.activate(made);
    }
    const mayRest = schedule === undefined || made !== undefined;
    if (mayRest && sinceCheckpoint >= settings.checkpointRows) {
      const scoresBytes = scores.flush();
      const progress = snapshot === undefined ? undefined : { snapshot };
      writeCheckpoint(settings, spool, { taken, scoresBytes, evaluation: evaluation.state, progress });
      sinceCheckpoint = 0;
    }
    sinceCheckpoint += 1;
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
    if (outcomes === undefined) return;
    const isFraud = label === 'fraud' && isReported(named.transaction, outcomes.reported, outcomes.seed);
    spool.push({ observation: observationOf(row, named, decided.features), isFraud });
  }

  return {
    take(row) {
      const isDecided = taken < decidedBefore;
      if (!isDecided) moveTo(row.eventTimeMs);
      taken += 1;
      const place = core.place(row);
      switch (place.kind) {
        case 'duplicate':
          return refused.addDuplicate();
        case 'conflictingDuplicate':
          return refused.add({ line: row.line, field: 'transactionId', code: 'conflicting_duplicate' });
        case 'joined':
          judged += 1;
          if (!isDecided) judge(row, place);
          core.append(place.named, place.history);
      }
    },
    refuse: refused.add,
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
