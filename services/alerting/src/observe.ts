import type { DeliveryChannel, ErrorCode, WeirError } from '@weir/contracts';
import type { Logger, Metrics } from '@weir/runtime';
import type { Input, StepObserver } from './alerting-parts.ts';
import type { DeliveryOutcome } from './channel.ts';
import type { AlertingHealth } from './health.ts';

export type AlertingObserver = StepObserver & {
  retrying(input: Input, error: WeirError, forMs: number): void;
  progress(input: Input, lagRecords: number): void;
  released(input: Input): void;
  /** What came of asking a channel's receiver whether it can be used. */
  checked(channel: DeliveryChannel, outcome: DeliveryOutcome): void;
};

const deliverySecondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

/** Turns what happens into metrics, log lines and health: counts, places and codes alone. */
export function createObserver(metrics: Metrics, log: Logger, health: AlertingHealth): AlertingObserver {
  const alerts = metrics.counter('alerts_total', 'Alerts written, by what they are about.', [
    'kind',
    'severity',
  ]);
  const deliveries = metrics.counter('deliveries_total', 'Deliveries tried, by what their receiver said.', [
    'channel',
    'outcome',
  ]);
  const deliverySeconds = metrics.histogram(
    'delivery_seconds',
    'How long a receiver took over a delivery.',
    ['channel', 'outcome'],
    deliverySecondsBuckets,
  );
  const records = metrics.counter('records_total', 'Records read, by what became of them.', [
    'stream',
    'outcome',
  ]);
  const retries = metrics.counter('retries_total', 'Partitions that failed and are tried again.', ['code']);
  const lagging = metrics.gauge('lag_records', 'Records behind the end of the topic.', [
    'stream',
    'partition',
  ]);
  const placeOf = ({ stream, partition }: Input): string => `${stream}-${partition}`;

  return {
    tookOver({ stream, partition }, position) {
      log.info('took a partition over', { stream, partition, fromOffset: position });
    },
    delivered(channel, { alertId }, outcome, durationMs) {
      deliveries.add({ channel, outcome: outcome.kind });
      deliverySeconds.observe({ channel, outcome: outcome.kind }, durationMs / 1_000);
      const fields = { alertId, channel, outcome: outcome.kind, durationMs: Math.round(durationMs) };
      if (outcome.kind === 'accepted') {
        health.works(`${channel} left`);
        return log.info('a notification was delivered', fields);
      }
      const { code, status } = outcome;
      // Refused for good: no waiting helps, somebody has to correct the address or the receiver.
      if (outcome.kind === 'refused')
        return log.error('the receiver refuses a notification for good', { ...fields, code, status });
      return log.warn('the receiver did not take a notification', { ...fields, code, status });
    },
    gaveUp(channel, { alertId }) {
      deliveries.add({ channel, outcome: 'left' });
      // Until the receiver takes one again.
      health.fails(`${channel} left`, `${channel}_refused`);
      log.error('a notification was refused too often and is left', { alertId, channel });
    },
    stepDone({ stream, partition }, plan) {
      for (const { alert } of plan.notices) alerts.add({ kind: alert.kind, severity: alert.severity });
      records.add({ stream, outcome: 'alerted' }, plan.notices.length);
      records.add({ stream, outcome: 'unreadable' }, plan.unreadable.length);
      records.add({ stream, outcome: 'for_ops' }, plan.forOps);
      for (const { record, rejection } of plan.unreadable) {
        log.error('a held record can not be read and was rejected', {
          stream,
          partition,
          offset: record.offset,
          code: rejection.code,
        });
      }
      for (const { alert, finding } of plan.notices) {
        if (finding.kind !== 'refused') continue;
        log.error('a refused record was alerted', {
          alertId: alert.alertId,
          ...finding.origin,
          code: finding.rejection.code,
        });
      }
    },
    retrying(input, error, forMs) {
      const { stream, partition } = input;
      health.fails(placeOf(input), error.code);
      retries.add({ code: error.code satisfies ErrorCode });
      log.warn('a partition failed and is tried again', { stream, partition, error, delayMs: forMs });
    },
    progress(input, lagRecords) {
      health.works(placeOf(input));
      lagging.set({ stream: input.stream, partition: input.partition }, lagRecords);
    },
    released(input) {
      health.works(placeOf(input));
    },
    checked(channel, outcome) {
      if (outcome.kind === 'accepted') return health.works(`${channel} check`);
      health.fails(`${channel} check`, `${channel}_${outcome.kind}`);
      log.error('the receiver of a channel can not be used', {
        channel,
        code: outcome.code,
        status: outcome.status,
      });
    },
  };
}
