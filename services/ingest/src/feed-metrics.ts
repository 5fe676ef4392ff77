import type { ErrorCode } from '@weir/contracts';
import type { Health, Metrics } from '@weir/runtime';
import { noCounts, type Counts } from './ledger/counts.ts';

export type FeedMetrics = {
  /** Takes over the counts of a run; what grew since the last call is added. */
  update(counts: Counts, openRecords: number): void;
  retried(code: ErrorCode): void;
  /** What keeps the worker from sending right now. */
  problems(): Health;
};

const countNames = Object.keys(noCounts) as (keyof Counts)[];

/** What Prometheus is told of a feed: the ledger, and what had to be tried again. */
export function createFeedMetrics(metrics: Metrics): FeedMetrics {
  const records = metrics.counter(
    'ingest_records_total',
    'Records by what became of them; offered is all that were read.',
    ['outcome'],
  );
  const retries = metrics.counter('ingest_retries_total', 'Attempts that failed and were made again.', [
    'code',
  ]);
  const open = metrics.gauge('ingest_open_records', 'Records read and not yet settled without a gap.', []);
  let told: Counts = noCounts;
  let waitingFor: ErrorCode | undefined;

  return {
    update(counts, openRecords) {
      for (const name of countNames) {
        if (counts[name] > told[name]) records.add({ outcome: name }, counts[name] - told[name]);
      }
      if (counts.acknowledged > told.acknowledged || counts.rejected > told.rejected) waitingFor = undefined;
      told = counts;
      open.set({}, openRecords);
    },
    retried(code) {
      waitingFor = code;
      retries.add({ code });
    },
    problems: () => (waitingFor === undefined ? [] : [{ part: 'sending', reason: waitingFor }]),
  };
}
