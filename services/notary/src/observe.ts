import type { Logger, Metrics } from '@weir/runtime';
import type { NotaryObserver } from './notary-parts.ts';

/** Turns what happens into metrics and log lines: counts, offsets and codes alone. */
export function createObserver(metrics: Metrics, log: Logger): NotaryObserver {
  const entries = metrics.counter(
    'entries_total',
    'Entries written to the audit trail, by action and result.',
    ['action', 'result'],
  );
  const checkpoints = metrics.counter('checkpoints_total', 'Checkpoints signed, kept and written.', []);
  const repeated = metrics.counter('repeated_requests_total', 'Requests that were on the trail already.', []);
  const refused = metrics.counter(
    'refused_requests_total',
    'Records of the intake that can not be read.',
    [],
  );
  const foreign = metrics.counter(
    'foreign_records_total',
    'Records on the trail that nobody sealed for it.',
    [],
  );
  const waits = metrics.counter('retries_total', 'Times the notary had to wait, by why.', ['code']);
  const size = metrics.gauge('trail_entries', 'Entries on the audit trail.', []);
  const uncovered = metrics.gauge('uncovered_entries', 'Entries that wait for their checkpoint.', []);
  const lagging = metrics.gauge('lag_records', 'Requests behind the end of the intake.', []);

  return {
    tookOver({ frontier, next }) {
      size.set({}, frontier.size);
      log.info('took the audit trail over', { count: frontier.size, fromOffset: next });
    },
    foreignRecord(offset, code) {
      foreign.add({});
      log.error('a record on the audit trail was not written by the notary', { offset, code });
    },
    recorded(plan) {
      for (const step of plan.steps) {
        if (step.kind === 'checkpoint') checkpoints.add({});
        else entries.add({ action: step.entry.action, result: step.entry.result });
      }
      repeated.add({}, plan.repeated);
      refused.add({}, plan.refused);
      if (plan.refused > 0)
        log.error('requests could not be read, and are on the trail as such', { count: plan.refused });
      size.set({}, plan.after.frontier.size);
      uncovered.set({}, plan.after.frontier.size - plan.after.covered);
    },
    waits(error, forMs) {
      waits.add({ code: error.code });
      log.warn('the notary waits, and nothing is recorded until it goes on', { error, delayMs: forMs });
    },
    lag(records) {
      lagging.set({}, records);
    },
  };
}
