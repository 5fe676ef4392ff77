import type { KafkaClient } from '@weir/kafka';
import { backoffDelayMs } from '@weir/runtime';
import { machineClock } from '../clock.ts';
import type { DetectionConfig } from '../config.ts';
import type { ReleaseObserver } from './observe-releases.ts';
import type { ReleaseParts } from './release-parts.ts';
import { releaseReadersOf } from './release-readers.ts';
import { runReleases } from './run-releases.ts';
import type { RunningReleases } from './run-releases.ts';

/** What one Kafka transaction lets go at most. */
const maxRecordsPerRun = 100;

/** Puts the real parts of the releases together as detection's configuration says, and runs them. */
export function composeReleases(
  config: DetectionConfig,
  connections: Pick<ReleaseParts, 'opening' | 'sealers'> & {
    readonly kafka: KafkaClient;
    readonly observe: ReleaseObserver;
  },
): Promise<RunningReleases> {
  const { opening, sealers, kafka, observe } = connections;
  const { environment } = opening;
  const groupId = `${config.DETECTION_GROUP_ID}-releases`;
  return runReleases({
    kafka,
    consumer: { groupId, sessionTimeoutMs: config.GROUP_SESSION_TIMEOUT_MS },
    parts: {
      opening,
      sealers,
      openTransactions: (partition) =>
        kafka.createPartitionTransactions({
          transactionalId: `weir-${environment}-detection-releases-${partition}`,
          groupId,
        }),
      ...releaseReadersOf(kafka),
      limits: { maxRecordsPerRun },
      clock: machineClock,
      observe,
    },
    backoffMs: (failures) =>
      backoffDelayMs(failures, {
        baseDelayMs: 100,
        maxDelayMs: config.RETRY_MAX_DELAY_MS,
        random: Math.random,
      }),
    onRetry: observe.retrying,
    onLag: observe.lag,
  });
}
