import type { Logger, Metrics } from '@weir/runtime';
import type { LearnerObserver } from './learner-parts.ts';

/** Turns what happens into metrics and log lines: counts, offsets, versions and codes alone. */
export function createObserver(metrics: Metrics, log: Logger): LearnerObserver {
  const learned = metrics.counter('learned_transactions_total', 'Transactions learned from, by outcome.', [
    'outcome',
  ]);
  const corrected = metrics.counter(
    'corrected_transactions_total',
    'Frauds that were reported after they had been learned as genuine.',
    [],
  );
  const snapshots = metrics.counter('snapshots_total', 'Snapshots published.', []);
  const unmatched = metrics.counter(
    'unmatched_reports_total',
    'Transactions with an outcome that were never found in the journal, counted when it is forgotten.',
    [],
  );
  const unreadable = metrics.counter(
    'unreadable_records_total',
    'Records of journal and outcomes that can not be read, and are not learned from.',
    ['topic', 'code'],
  );
  const waits = metrics.counter('retries_total', 'Times the learner had to wait, by why.', ['code']);
  const reports = metrics.gauge('outcomes_in_memory', 'Outcomes of the last 45 days that are kept.', []);
  const version = metrics.gauge('snapshot_version', 'Version of the last snapshot.', []);
  const age = metrics.gauge(
    'boundary_lag_ms',
    'How far event time is ahead of the cut of the last snapshot: its age, in milliseconds.',
    [],
  );

  return {
    tookOver({ last }) {
      version.set({}, last?.version ?? 0);
      log.info('took the models over', { artefact: `learned@${last?.version ?? 0}` });
    },
    published({ snapshot, transactions, frauds, corrected: late }, forgotten) {
      snapshots.add({});
      learned.add({ outcome: 'genuine' }, transactions - frauds);
      learned.add({ outcome: 'fraud' }, frauds);
      corrected.add({}, late);
      unmatched.add({}, forgotten);
      log.info('published a snapshot', { artefact: snapshot.ref, count: transactions });
      if (forgotten > 0) log.warn('outcomes were of no transaction that is known', { count: forgotten });
    },
    reached(eventTimeMs, { last }, kept) {
      reports.set({}, kept);
      version.set({}, last?.version ?? 0);
      if (eventTimeMs !== undefined && last !== undefined) age.set({}, eventTimeMs - last.cutAtMs);
    },
    unreadable(topic, partition, offset, code) {
      unreadable.add({ topic, code });
      log.error('a record can not be read, and is not learned from', { topic, partition, offset, code });
    },
    forgotten(partition, fromOffset, toOffset) {
      log.error('retention took decisions before they were learned from', {
        partition,
        fromOffset,
        toOffset,
      });
    },
    waits(error, forMs) {
      waits.add({ code: error.code });
      log.warn('the learner waits, and no snapshot is made until it goes on', { error, delayMs: forMs });
    },
  };
}
