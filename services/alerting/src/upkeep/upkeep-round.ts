import type { AlertStore } from '@weir/alert-store';
import { endEpisodes } from './end-episodes.ts';
import { wakeAlerts } from './wake-alerts.ts';
import type { WakingParts } from './wake-alerts.ts';

export type UpkeepParts = WakingParts &
  Parameters<typeof endEpisodes>[0] & {
    readonly store: Pick<AlertStore, 'deleteClosed'>;
    /** How long closed alerts are kept, in ms. */
    readonly retentionMs: number;
    readonly onWoken: (alerts: number) => void;
    readonly onDeleted: (alerts: number) => void;
  };

/** A snooze ends so late at most. */
const lookEveryMs = 2_000;
const tidyEveryMs = 60_000;
/** Deleting takes its turn among the others, so it is done in small pieces. */
const mostDeleted = 100;

/**
 * One round of what becomes due by time alone: snoozes that are over, episodes that went quiet, closed alerts
 * that were kept long enough. Answers when the next one is due, in ms since the epoch.
 */
export function createUpkeepRound(parts: UpkeepParts): (nowMs: number) => Promise<number> {
  let tidyAtMs = 0;
  return async (nowMs) => {
    const woken = await wakeAlerts(parts, nowMs);
    if (woken > 0) parts.onWoken(woken);
    if (nowMs < tidyAtMs) return nowMs + lookEveryMs;
    const ended = await endEpisodes(parts, nowMs);
    const deleted = await parts.store.deleteClosed(nowMs - parts.retentionMs, mostDeleted);
    if (deleted > 0) parts.onDeleted(deleted);
    // Where there was something there may be more.
    if (ended === 0 && deleted < mostDeleted) tidyAtMs = nowMs + tidyEveryMs;
    return nowMs + lookEveryMs;
  };
}
