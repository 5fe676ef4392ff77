import type { Logger, Metrics } from '@weir/runtime';
import type { NotifyObserver } from './notifier.ts';

/** Turns what is told into metrics and log lines: reasons, receivers and counts alone. */
export function createNotifyObserver(metrics: Metrics, log: Logger): NotifyObserver {
  const notifications = metrics.counter('notifications_total', 'Notifications written, by why they go out.', [
    'reason',
  ]);
  const told = metrics.counter(
    'alerts_told_total',
    'Alerts told in notifications; one that is told again counts again.',
    ['reason'],
  );
  const dropped = metrics.counter(
    'notification_plans_dropped_total',
    'Plans that were made anew, because what they rested on changed or another process was quicker.',
    [],
  );
  return {
    told(reason, alerts) {
      notifications.add({ reason });
      told.add({ reason }, alerts);
      log.info('a notification is on its way', { reason, count: alerts });
    },
    dropped: () => dropped.add({}),
    waiting(error, delayMs) {
      log.warn('notifications wait for something outside', { error, delayMs });
    },
  };
}
