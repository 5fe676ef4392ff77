import type { ErrorCode, WeirError } from '@weir/contracts';
import type { Logger, Metrics } from '@weir/runtime';
import type { HeldToTold } from '../deliver/held-to-told.ts';
import type { AlertingHealth } from '../health.ts';
import { nameOfInput } from './input-partition.ts';
import type { Input } from './input-partition.ts';
import type { ReadPosition } from './positions.ts';
import type { RunOutcome } from './take-in-run.ts';

export type IntakeObserver = {
  placed(input: Input, position: ReadPosition): void;
  taken(input: Input, outcome: RunOutcome): void;
  retrying(input: Input, error: WeirError, forMs: number): void;
  progress(input: Input, lagRecords: number): void;
  released(input: Input): void;
};

/** Turns what is taken in into metrics, log lines and health: counts, places and codes alone. */
export function createIntakeObserver(
  metrics: Metrics,
  log: Logger,
  health: AlertingHealth,
  onHeld: HeldToTold['held'],
): IntakeObserver {
  const alerts = metrics.counter('alerts_total', 'Alerts opened, by what they are about.', [
    'kind',
    'severity',
  ]);
  const revisions = metrics.counter('alert_revisions_total', 'Revisions of alerts that records led to.', []);
  const records = metrics.counter('records_total', 'Records read, by what became of them.', [
    'stream',
    'outcome',
  ]);
  const retries = metrics.counter('retries_total', 'Partitions that failed and are tried again.', ['code']);
  const lagging = metrics.gauge('lag_records', 'Records behind the end of the topic.', [
    'stream',
    'partition',
  ]);

  return {
    placed({ stream, partition }, { stored, next, missing }) {
      log.info('took a partition over', { stream, partition, fromOffset: next });
      if (missing > 0 && stored !== undefined)
        log.error('records were deleted from a topic before they were taken in', {
          ...{ stream, partition, fromOffset: stored, toOffset: next },
        });
    },
    taken({ stream, partition }, outcome) {
      if (outcome.kind !== 'taken') return;
      const { run, taken } = outcome;
      for (const { kind, severity, revision } of taken.alerts)
        if (revision === 1) alerts.add({ kind, severity });
      revisions.add({}, taken.alerts.length);
      records.add({ stream, outcome: 'alerted' }, taken.entries.length);
      records.add({ stream, outcome: 'repeated' }, run.findings.length - taken.entries.length);
      records.add({ stream, outcome: 'unreadable' }, run.unreadable.length);
      records.add({ stream, outcome: 'for_ops' }, run.forOps);
      for (const { record, rejection } of run.unreadable)
        log.error('a held record can not be read and was rejected', {
          ...{ stream, partition, offset: record.offset, code: rejection.code },
        });
      for (const { facts } of run.findings)
        if (facts.kind === 'refused')
          log.error('a refused record was alerted', { ...facts.origin, code: facts.code });
      if (stream === 'held') noteHeld(onHeld, outcome);
    },
    retrying(input, error, forMs) {
      const { stream, partition } = input;
      health.fails(nameOfInput(input), error.code);
      retries.add({ code: error.code satisfies ErrorCode });
      log.warn('a partition failed and is tried again', { stream, partition, error, delayMs: forMs });
    },
    progress(input, lagRecords) {
      health.works(nameOfInput(input));
      lagging.set({ stream: input.stream, partition: input.partition }, lagRecords);
    },
    released(input) {
      health.works(nameOfInput(input));
    },
  };
}

/** From when on people wait to be told of what has just joined an alert. */
function noteHeld(onHeld: HeldToTold['held'], { run, taken }: Extract<RunOutcome, { kind: 'taken' }>): void {
  const atMs = new Map(run.findings.map((finding) => [finding.entryId, finding.atMs] as const));
  const revisions = new Map(taken.alerts.map(({ alertId, revision }) => [alertId, revision] as const));
  for (const { alertId, entryId } of taken.entries)
    onHeld(alertId, revisions.get(alertId) ?? 1, atMs.get(entryId) ?? 0);
}
