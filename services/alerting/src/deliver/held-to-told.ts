import type { Metrics } from '@weir/runtime';
import type { Notification } from '../notification.ts';

/** What is remembered of alerts that nobody has been told of yet; past that the oldest are not measured. */
const mostAlerts = 20_000;

const buckets = [0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 900, 3_600, 14_400];

export type HeldToTold = {
  /** Something joined an alert in this revision, from a record that stands on its topic since `atMs`. */
  readonly held: (alertId: string, revision: number, atMs: number) => void;
  /** A receiver has taken a notification. */
  readonly accepted: (notification: Notification, atMs: number) => void;
};

/**
 * Measures how long it takes from a record on the held topic until the first receiver has taken a
 * notification that tells of it. Kept in memory alone: what another process or an earlier life took in is
 * not measured here.
 */
export function createHeldToTold(metrics: Metrics): HeldToTold {
  const seconds = metrics.histogram(
    'held_to_told_seconds',
    'From a held record on its topic until the first receiver took a notification that tells of it.',
    [],
    buckets,
  );
  const untold = new Map<string, { readonly revision: number; readonly atMs: number }>();
  return {
    held(alertId, revision, atMs) {
      // The first that is not told counts: later ones are told with it.
      if (untold.has(alertId)) return;
      untold.set(alertId, { revision, atMs });
      if (untold.size <= mostAlerts) return;
      const [oldest] = untold.keys();
      if (oldest !== undefined) untold.delete(oldest);
    },
    accepted({ alerts, moreAlertIds }, atMs) {
      const told = (alertId: string, revision: number): void => {
        const waiting = untold.get(alertId);
        if (waiting === undefined || waiting.revision > revision) return;
        untold.delete(alertId);
        seconds.observe({}, Math.max(0, atMs - waiting.atMs) / 1_000);
      };
      for (const { alert } of alerts) told(alert.alertId, alert.revision);
      for (const alertId of moreAlertIds) told(alertId, Number.POSITIVE_INFINITY);
    },
  };
}
