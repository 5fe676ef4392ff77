import { auditRequestEvent, refusedRecordRequest } from '@weir/audit';
import { events, encodePayload, formatInstant, systemTenant } from '@weir/contracts';
import type { Alert, DeliveryChannel, Rejection } from '@weir/contracts';
import { deadLetterEvent } from '@weir/envelope';
import type { OpenedEvent, UnsealedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { refusedAlert, unusualAlert } from './make-alert.ts';
import { readRecord } from './read-record.ts';
import type { Finding, TransactionFinding, InputStream, RefusedFinding } from './read-record.ts';

/** An alert, with what its deliveries tell about. */
export type Notice = {
  readonly alert: Alert;
  readonly finding: TransactionFinding | RefusedFinding;
};

/** What one run of records leads to: deliveries, records, and nothing else. */
export type RunPlan = {
  readonly notices: readonly Notice[];
  readonly alertEvents: readonly UnsealedEvent[];
  readonly deadLetters: readonly UnsealedEvent[];
  /** What the audit trail is told of records that are refused here, and not by whom the dead letter is of. */
  readonly auditRequests: readonly UnsealedEvent[];
  readonly unreadable: readonly { readonly record: KafkaRecord; readonly rejection: Rejection }[];
  readonly forOps: number;
  /** The position behind the run. */
  readonly next: number;
};

/** What a plan depends on besides the records. */
export type PlanContext = {
  readonly environment: string;
  /** The channels that alerts go out by. */
  readonly channels: readonly DeliveryChannel[];
};

/**
 * Plans a run of records of one partition, in offset order. Pure: the same
 * records give the same alerts, ids and payloads, whoever plans them and when.
 */
export function planRun(
  stream: InputStream,
  context: PlanContext,
  records: readonly KafkaRecord[],
  opened: readonly OpenedEvent[],
): RunPlan {
  const last = records.at(-1);
  if (last === undefined || opened.length !== records.length) {
    throw new RangeError('a run has at least one record, and each was opened');
  }
  const findings = records.map((record, index) => ({
    record,
    finding: readRecord(stream, record, opened[index] as OpenedEvent),
  }));
  const notices = findings.flatMap(({ finding }) => noticesOf(finding, context));
  const unreadable = findings.flatMap(({ record, finding }) =>
    finding.kind === 'unreadable' ? [{ record, rejection: finding.rejection }] : [],
  );
  return {
    notices,
    alertEvents: notices.map(alertEvent),
    auditRequests: findings.flatMap(({ record, finding }) => refusalToAudit(record, finding)),
    deadLetters: unreadable.map(({ record, rejection }) => deadLetterEvent(record, rejection)),
    unreadable,
    forOps: findings.filter(({ finding }) => finding.kind === 'forOps').length,
    next: last.offset + 1,
  };
}

function noticesOf(finding: Finding, { environment, channels }: PlanContext): readonly Notice[] {
  switch (finding.kind) {
    case 'transaction':
      return [{ finding, alert: unusualAlert(finding, channels) }];
    case 'refused':
      return [{ finding, alert: refusedAlert(finding, environment, channels) }];
    case 'unreadable':
    case 'forOps':
      return [];
  }
}

function refusalToAudit(record: KafkaRecord, finding: Finding): readonly UnsealedEvent[] {
  const { topic, partition, offset } = record;
  const isRefusedHere =
    finding.kind === 'unreadable' ||
    (finding.kind === 'refused' && finding.origin.topic === topic && finding.origin.offset === offset);
  if (!isRefusedHere) return [];
  const at = formatInstant(record.timestampMs);
  const { code } = finding.rejection;
  return [
    auditRequestEvent(
      refusedRecordRequest({ worker: 'alerting', at, origin: { topic, partition, offset }, code }),
    ),
  ];
}

function alertEvent({ alert, finding }: Notice): UnsealedEvent {
  const { type, dataSchema } = events.alert;
  return {
    id: `${alert.alertId}-${alert.revision}`,
    key: alert.alertId,
    tenant: finding.kind === 'transaction' ? finding.judged.transaction.tenant : systemTenant,
    time: finding.kind === 'transaction' ? finding.judged.transaction.eventTime : finding.time,
    type,
    dataSchema,
    plaintext: encodePayload(events.alert, alert),
  };
}
