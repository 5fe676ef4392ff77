import { hash } from 'node:crypto';
import { auditRequestEvent, refusedRecordRequest } from '@weir/audit';
import {
  encodePayload,
  events,
  formatInstant,
  securityRejectionCodes,
  streams,
  systemTenant,
} from '@weir/contracts';
import type { DecidedSubject, Decision, Rejection, Versions } from '@weir/contracts';
import { deadLetterEvent } from '@weir/envelope';
import type { UnsealedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { Decided } from './decide-batch.ts';
import type { ModelInForce } from './owned-partition.ts';

/** The streams detection writes. */
export const outputStreams = ['cleared', 'held', 'rejected', 'decisions', 'intake'] as const;
export type OutputStream = (typeof outputStreams)[number];

export type Outputs = Readonly<Record<OutputStream, readonly UnsealedEvent[]>>;

/** A run of decided records of one partition and the records they were read from. */
export type DecidedRun = {
  readonly logId: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly versions: Versions;
  readonly model?: ModelInForce;
  /** The number of the last activation in force; 0 before the first. */
  readonly sequence: number;
  /** The features of the plan in force, in the journal's order. */
  readonly featureNames: readonly string[];
  readonly decided: readonly Decided[];
  readonly records: readonly KafkaRecord[];
};

/**
 * Everything one run leaves on the topics, not yet sealed: a verdict or a
 * rejection for each record that gets one, and the journal record that accounts
 * for all of them. The same run always gives the same payloads and ids.
 */
export function buildOutputs(run: DecidedRun): Outputs {
  const outputs: Record<OutputStream, UnsealedEvent[]> = {
    cleared: [],
    held: [],
    rejected: [],
    decisions: [],
    intake: [],
  };
  const decisions = run.decided.map((decided, index): Decision => {
    const { offset } = decided;
    switch (decided.kind) {
      case 'control':
        return { offset, outcome: 'control' };
      case 'duplicate':
        return { offset, outcome: 'duplicate', firstOffset: decided.firstOffset };
      case 'rejected': {
        const record = run.records[index] as KafkaRecord;
        outputs.rejected.push(deadLetterEvent(record, decided.rejection, run.logId));
        if (securityRejectionCodes.has(decided.rejection.code))
          outputs.intake.push(refusalToAudit(record, decided.rejection, run.logId));
        return { offset, outcome: 'rejected', code: decided.rejection.code };
      }
      case 'verdict': {
        const { outcome } = decided.verdict;
        const event = verdictEvent(decided, run.partition);
        outputs[outcome].push(event);
        return verdictDecision(decided, run.featureNames, event.plaintext);
      }
    }
  });
  outputs.decisions.push(journalEvent(run, decisions));
  return outputs;
}

/** What the audit trail is told of a record that somebody else wrote or changed; the same however often it is read. */
function refusalToAudit(record: KafkaRecord, { code }: Rejection, logId: string): UnsealedEvent {
  const { topic, partition, offset, timestampMs } = record;
  const at = formatInstant(timestampMs);
  return auditRequestEvent(
    refusedRecordRequest({
      worker: 'detection',
      at,
      origin: { topic, partition, offset },
      code,
      logId,
    }),
  );
}

type WithVerdict = Extract<Decided, { kind: 'verdict' }>;

function verdictEvent(decided: WithVerdict, partition: number): UnsealedEvent {
  const { transaction, verdict, evidence } = decided;
  const { content } = transaction;
  const position = { sourcePartition: partition, sourceOffset: decided.offset };
  const held = verdict.outcome === 'held';
  const { type, dataSchema } = held ? events.transactionHeld : events.transactionCleared;
  return {
    id: transaction.identity,
    key: transaction.account,
    tenant: content.tenant,
    time: content.eventTime,
    type,
    dataSchema,
    plaintext: held
      ? encodePayload(events.transactionHeld, {
          transaction: content,
          verdict: { ...verdict, outcome: 'held' },
          evidence: evidence ?? { features: decided.features, usualAmount: null, recentAmounts: [] },
          ...position,
        })
      : // In the contract's order of keys, which spares the payload a parse that would bring it into it.
        encodePayload(events.transactionCleared, {
          transaction: content,
          verdict: { ...verdict, outcome: 'cleared' },
          ...position,
        }),
  };
}

const verdictDecision = (
  { offset, transaction, record, verdict, features, teamScore }: WithVerdict,
  featureNames: readonly string[],
  plaintext: Uint8Array,
): Decision => ({
  offset,
  outcome: verdict.outcome,
  score: verdict.score,
  reasons: verdict.reasons.map((reason) => reason.rule),
  features: featureNames.map((name) => features[name] ?? null),
  digest: hash('sha256', plaintext),
  ...(teamScore === undefined ? {} : { teamScore }),
  subject: subjectOf(transaction, record),
});

/** By this a learner finds the outcome of a transaction, and what it has to tell apart, without opening any payload. */
const subjectOf = (
  { identity, account, content }: WithVerdict['transaction'],
  { counterparty }: WithVerdict['record'],
): DecidedSubject => ({
  transaction: identity,
  account,
  counterparty,
  eventTime: content.eventTime,
  currency: content.currency,
  creditDebitIndicator: content.creditDebitIndicator,
});

function journalEvent(run: DecidedRun, decisions: Decision[]): UnsealedEvent {
  const { logId, partition, from, to, versions, model, sequence } = run;
  return {
    id: `journal-${logId}-${partition}-${from}`,
    key: `${streams.received.topic}-${partition}`,
    tenant: systemTenant,
    time: formatInstant(run.records.at(-1)?.timestampMs ?? 0),
    type: events.journal.type,
    dataSchema: events.journal.dataSchema,
    plaintext: encodePayload(events.journal, {
      logId,
      partition,
      from,
      to,
      versions,
      ...(sequence === 0 ? {} : { sequence }),
      ...(model === undefined ? {} : { model }),
      featureNames: [...run.featureNames],
      decisions,
    }),
  };
}
