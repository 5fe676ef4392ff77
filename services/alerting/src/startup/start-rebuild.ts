import type { RunningWorker } from '@weir/runtime';
import { rebuildStore } from '../rebuild/rebuild-store.ts';
import { openConnections } from './open-connections.ts';
import type { StartOptions } from './start-alerting.ts';

/** MODE=rebuild: fills the store, says what came of it, and has no more work. */
export async function startRebuild({ config, log, metrics, signal }: StartOptions): Promise<RunningWorker> {
  const connections = await openConnections(config, log, metrics);
  const done = rebuildStore({
    ...connections,
    ...{ signal, groupId: config.ALERTING_GROUP_ID, nowMs: Date.now },
  }).then(({ alerts, untold, unreadable, withoutEvidence }) => {
    log.info('the store is rebuilt: start again without MODE=rebuild', { count: alerts });
    if (unreadable > 0) log.error('revisions of alerts could not be read', { count: unreadable });
    if (withoutEvidence > 0)
      log.warn('entries have no evidence any more: their records are gone', { count: withoutEvidence });
    if (untold > 0)
      log.warn('records are in no alert, and will be taken in and told at the next start', { count: untold });
  });
  return { done, stop: connections.close };
}
