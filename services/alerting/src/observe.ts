import type { ErrorCode, WeirError } from '@weir/contracts';
import type { Logger, Metrics } from '@weir/runtime';
import type { Input, StepObserver } from './alerting-parts.ts';
import type { MailOutcome } from './mailer.ts';

export type AlertingObserver = StepObserver & {
  retrying(input: Input, error: WeirError, forMs: number): void;
  lag(input: Input, records: number): void;
  relayUnchecked(outcome: Extract<MailOutcome, { kind: 'unavailable' | 'refused' }>): void;
};

const mailSecondsBuckets = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30];

/** Turns what happens into metrics and log lines: counts, places and codes alone. */
export function createObserver(metrics: Metrics, log: Logger): AlertingObserver {
  const alerts = metrics.counter('alerts_total', 'Alerts written, by what they are about.', [
    'kind',
    'severity',
  ]);
  const mails = metrics.counter('mails_total', 'Mails offered to the relay, by what it said.', ['outcome']);
  const mailSeconds = metrics.histogram(
    'mail_seconds',
    'How long the relay took over a mail.',
    ['outcome'],
    mailSecondsBuckets,
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

  return {
    tookOver({ stream, partition }, position) {
      log.info('took a partition over', { stream, partition, fromOffset: position });
    },
    mailed({ alertId }, outcome, durationMs) {
      mails.add({ outcome: outcome.kind });
      mailSeconds.observe({ outcome: outcome.kind }, durationMs / 1_000);
      const fields = { alertId, channel: 'mail', outcome: outcome.kind, durationMs: Math.round(durationMs) };
      if (outcome.kind === 'accepted') return log.info('a mail was sent', fields);
      const { code, status } = outcome;
      // Refused for good: no waiting helps, somebody has to correct the address or the relay.
      if (outcome.kind === 'refused')
        return log.error('the relay refuses a mail for good', { ...fields, code, status });
      return log.warn('the relay did not take a mail', { ...fields, code, status });
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
    retrying({ stream, partition }, error, forMs) {
      retries.add({ code: error.code satisfies ErrorCode });
      log.warn('a partition failed and is tried again', { stream, partition, error, delayMs: forMs });
    },
    lag({ stream, partition }, behind) {
      lagging.set({ stream, partition }, behind);
    },
    relayUnchecked({ code, status }) {
      log.error('the mail relay can not be used', { code, status });
    },
  };
}
