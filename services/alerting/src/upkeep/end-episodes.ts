import { endEpisode } from '@weir/alerts';
import type { Routing } from '@weir/alerts';
import type { AlertStore } from '@weir/alert-store';
import { joinAlerts } from '../notify/join-alerts.ts';

/** So many episodes are ended in one transaction. */
const mostAtOnce = 500;
const minuteMs = 60_000;

/**
 * Notes the end of episodes that nothing joined for long. It makes no revision, since the end follows from
 * the times: it keeps only what is open small, and lets go of the groups that have nothing more to tell.
 * Answers how many ended; there may be more.
 */
export async function endEpisodes(
  parts: {
    readonly store: Pick<AlertStore, 'transaction' | 'quietEpisodes'>;
    readonly routing: () => Routing;
  },
  nowMs: number,
): Promise<number> {
  const routing = parts.routing();
  const settings = routing.episode;
  const alertIds = await parts.store.quietEpisodes(nowMs - settings.quietMinutes * minuteMs, mostAtOnce);
  if (alertIds.length === 0) return 0;
  return parts.store.transaction(async (rows) => {
    const ended = (await rows.alerts(alertIds)).flatMap(({ alert, sealed }) => {
      const over = endEpisode(alert, settings, nowMs);
      return over === undefined ? [] : [{ alert: over, sealed }];
    });
    await rows.saveAlerts(ended);
    await joinAlerts(rows, routing, { alerts: ended.map(({ alert }) => alert), changes: [], nowMs });
    return ended.length;
  });
}
