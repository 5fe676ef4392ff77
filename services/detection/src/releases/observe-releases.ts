import type { WeirError } from '@weir/contracts';
import type { Logger, Metrics } from '@weir/runtime';
import type { ReleaseStepObserver } from './release-parts.ts';

export type ReleaseObserver = ReleaseStepObserver & {
  retrying(partition: number, error: WeirError, forMs: number): void;
  lag(partition: number, records: number): void;
};

/** Turns what happens to releases into metrics and log lines: counts, offsets and codes alone. */
export function createReleaseObserver(metrics: Metrics, log: Logger): ReleaseObserver {
  const settled = metrics.counter(
    'releases_total',
    'Records of the releases topic, by what became of them.',
    ['outcome'],
  );
  const rejected = metrics.counter('releases_rejected_total', 'Refused releases, by reason.', ['code']);
  const retries = metrics.counter(
    'release_retries_total',
    'Partitions of releases that failed and are tried again.',
    ['code'],
  );
  const lagging = metrics.gauge('release_lag_records', 'Approved releases that wait.', ['partition']);
  return {
    tookOver: (partition, { published }) =>
      log.info('took a partition of releases over', { partition, publishedPosition: published }),
    skipped: (partition, { from, to }) =>
      log.warn('a partition of releases goes on behind what its topic has forgotten', {
        partition,
        fromOffset: from,
        toOffset: to,
      }),
    stepDone(partition, run) {
      for (const one of run) {
        settled.add({ outcome: one.kind });
        if (one.kind !== 'rejected') continue;
        rejected.add({ code: one.rejection.code });
        log.warn('a release was refused', { partition, code: one.rejection.code });
      }
    },
    retrying(partition, error, forMs) {
      retries.add({ code: error.code });
      log.warn('a partition of releases failed and is taken over again', {
        partition,
        error,
        delayMs: forMs,
      });
    },
    lag: (partition, records) => lagging.set({ partition }, records),
  };
}
