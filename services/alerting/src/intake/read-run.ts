import { entryIdOf } from '@weir/alerts';
import type { Facts } from '@weir/alerts';
import type { StoredRecord } from '@weir/alert-store';
import { refusedRecordRequest } from '@weir/audit';
import { builtInReasons, formatInstant, parseInstant, writeEventHeaders } from '@weir/contracts';
import type { Rejection } from '@weir/contracts';
import { deadLetterEvent } from '@weir/envelope';
import type { OpenedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { titleOfScoreReason } from '@weir/scoring';
import { readRecord } from '../read-record.ts';
import type { Finding, RefusedFinding, TransactionFinding } from '../read-record.ts';
import { gravestFirst } from '../severity.ts';
import type { EntryDetails } from '../store/alert-details.ts';
import { auditEvent } from '../store/outbox-records.ts';
import type { OutgoingEvent } from '../store/outbox-records.ts';
import type { Input } from './input-partition.ts';

/** What a record brings to an alert: its facts, what the alert's revisions say of it, and its evidence. */
export type ReadFinding = {
  readonly entryId: string;
  readonly facts: Facts;
  readonly details: EntryDetails;
  /** The record as it is sealed; undefined where nobody could open it, or it is too large to keep. */
  readonly evidence: StoredRecord | undefined;
  /** When its record came to its topic, in ms since the epoch. */
  readonly atMs: number;
};

/** What a run of records holds. */
export type ReadRun = {
  /** In the order of their offsets. */
  readonly findings: readonly ReadFinding[];
  /** Dead letters of held records that can't be read, and requests to the notary about what was refused here. */
  readonly outgoing: readonly OutgoingEvent[];
  readonly unreadable: readonly { readonly record: KafkaRecord; readonly rejection: Rejection }[];
  readonly forOps: number;
};

/**
 * A dead letter may carry 4 MB of a stranger's bytes. One that is larger than this is told by its facts
 * alone: its place among the dead letters says where the rest is.
 */
const mostEvidenceBytes = 65_536;

/** Reads a run of opened records of one partition. Pure: the same records give the same. */
export function readRun(
  input: Input,
  environment: string,
  records: readonly KafkaRecord[],
  opened: readonly OpenedEvent[],
): ReadRun {
  const read = records.map((record, index) => {
    const one = opened[index];
    if (one === undefined) throw new RangeError('each record of a run was opened');
    return { record, opened: one, finding: readRecord(input.stream, record, one) };
  });
  const unreadable = read.flatMap(({ record, finding }) =>
    finding.kind === 'unreadable' ? [{ record, rejection: finding.rejection }] : [],
  );
  return {
    findings: read.flatMap(({ record, opened: one, finding }) => {
      if (finding.kind === 'unreadable' || finding.kind === 'forOps') return [];
      const facts = factsOf(finding, environment);
      return [
        {
          entryId: entryIdOf(facts),
          facts,
          details: detailsOf(finding),
          evidence: evidenceOf(record, one),
          atMs: record.timestampMs,
        },
      ];
    }),
    outgoing: [
      ...unreadable.map(({ record, rejection }): OutgoingEvent => ({
        stream: 'rejected',
        partition: input.partition,
        event: deadLetterEvent(record, rejection),
      })),
      ...read.flatMap(({ record, finding }) => refusalToAudit(record, finding)),
    ],
    unreadable,
    forOps: read.filter(({ finding }) => finding.kind === 'forOps').length,
  };
}

function factsOf(finding: TransactionFinding | RefusedFinding, environment: string): Facts {
  if (finding.kind === 'refused') {
    const { rejection, origin, time, kept } = finding;
    return { kind: 'refused', environment, code: rejection.code, origin, time, kept };
  }
  const { judged, account, identity, place } = finding;
  const { transaction, verdict, sourcePartition, sourceOffset } = judged;
  const { tenant, amountMinor, currency, creditDebitIndicator } = transaction;
  const rules = [...new Set(verdict.reasons.map(({ rule }) => rule))];
  return {
    kind: 'transaction',
    ...{ tenant, account, identity, amountMinor, currency, creditDebitIndicator },
    counterparty: transaction.counterparty?.pseudonym ?? null,
    eventAtMs: epochMsOf(transaction.eventTime),
    // One without a reason is a fault somewhere, so it isn't played down.
    severity: gravestFirst(verdict.reasons)[0]?.severity ?? 'high',
    score: verdict.score,
    rules,
    linkingRules: rules.filter(isRule),
    verdict: verdict.outcome,
    source: { partition: sourcePartition, offset: sourceOffset },
    kept: place,
  };
}

/** Whether it is a rule of a ruleset, and neither a group of features nor a reason of the step itself. */
const isRule = (rule: string): boolean =>
  titleOfScoreReason(rule) === undefined && !builtInReasons.some((reason) => reason === rule);

function epochMsOf(instant: string): number {
  const parsed = parseInstant(instant);
  if (!parsed.ok) throw new RangeError('the event time of a transaction is no instant');
  return parsed.epochMs;
}

function detailsOf(finding: TransactionFinding | RefusedFinding): EntryDetails {
  if (finding.kind === 'refused') return { kind: 'refused', record: finding.origin };
  const { judged, identity, place } = finding;
  const { transaction, verdict, sourcePartition, sourceOffset } = judged;
  return {
    kind: 'transaction',
    transaction: {
      transactionId: transaction.transactionId,
      ...{ identity, sourcePartition, sourceOffset, heldOffset: place.offset },
      verdict: verdict.outcome,
    },
    reasons: [...verdict.reasons],
  };
}

function evidenceOf({ value }: KafkaRecord, opened: OpenedEvent): StoredRecord | undefined {
  if (!opened.ok || value === null || value.length > mostEvidenceBytes) return undefined;
  return { key: opened.key, value, headers: writeEventHeaders(opened.attributes, '/weir/detection') };
}

/** Whoever refused a record has asked the notary; of what is refused here nobody else would. */
function refusalToAudit(record: KafkaRecord, finding: Finding): readonly OutgoingEvent[] {
  const { topic, partition, offset } = record;
  const isRefusedHere =
    finding.kind === 'unreadable' ||
    (finding.kind === 'refused' && finding.origin.topic === topic && finding.origin.offset === offset);
  if (!isRefusedHere) return [];
  const at = formatInstant(record.timestampMs);
  const { code } = finding.rejection;
  return [
    auditEvent(refusedRecordRequest({ worker: 'alerting', at, origin: { topic, partition, offset }, code })),
  ];
}
