import { hash } from 'node:crypto';
import { auditRequestEvent, refusedRecordRequest } from '@weir/audit';
import {
  encodePayload,
  events,
  flaggedEventId,
  formatInstant,
  securityRejectionCodes,
  streams,
  systemTenant,
} from '@weir/contracts';
import type { DecidedSubject, Decision, Evidence, Rejection } from '@weir/contracts';
import { deadLetterEvent } from '@weir/envelope';
import type { UnsealedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { Decided } from './decide-batch.ts';
import type { LogState } from './log-state.ts';

/** The streams detection writes. */
export const outputStreams = ['cleared', 'held', 'rejected', 'decisions', 'intake'] as const;
export type OutputStream = (typeof outputStreams)[number];

export type Outputs = Readonly<Record<OutputStream, readonly UnsealedEvent[]>>;

/** A run of decided records of one partition and the records they were read from. */
export type DecidedRun = Omit<LogState, 'partitionCount'> & {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
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
    if (decided.kind === 'rejected') {
      const record = run.records[index] as KafkaRecord;
      outputs.rejected.push(deadLetterEvent(record, decided.rejection, run.logId));
      if (securityRejectionCodes.has(decided.rejection.code))
        outputs.intake.push(refusalToAudit(record, decided.rejection, run.logId));
    }
    if (decided.kind !== 'verdict') return plainDecision(decided);
    const event = verdictEvent(decided, run.partition);
    outputs[decided.verdict.outcome].push(event);
    if (isFlagged(decided)) outputs.held.push(flaggedEvent(decided, run.partition));
    return verdictDecision(decided, run.featureNames, event.plaintext);
  });
  outputs.decisions.push(journalEvent(run, decisions));
  return outputs;
}

/** What the journal says of each record of the run, in its order, and nothing else of what it leaves: for whoever compares. */
export const decisionsOf = ({
  decided,
  partition,
  featureNames,
}: Pick<DecidedRun, 'decided' | 'partition' | 'featureNames'>): readonly Decision[] =>
  decided.map((one) =>
    one.kind === 'verdict'
      ? verdictDecision(one, featureNames, verdictPlaintext(one, partition))
      : plainDecision(one),
  );

function plainDecision(decided: Exclude<Decided, { kind: 'verdict' }>): Decision {
  const { offset } = decided;
  switch (decided.kind) {
    case 'control':
      return { offset, outcome: 'control' };
    case 'duplicate':
      return { offset, outcome: 'duplicate', firstOffset: decided.firstOffset };
    case 'rejected':
      return { offset, outcome: 'rejected', code: decided.rejection.code };
  }
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
  const { transaction, verdict } = decided;
  const { content } = transaction;
  const held = verdict.outcome === 'held';
  const { type, dataSchema } = held ? events.transactionHeld : events.transactionCleared;
  return {
    id: transaction.identity,
    key: transaction.account,
    tenant: content.tenant,
    time: content.eventTime,
    type,
    dataSchema,
    plaintext: verdictPlaintext(decided, partition),
  };
}

/** In the contract's order of keys, which spares the payload a parse that would bring it into it. */
function verdictPlaintext(decided: WithVerdict, partition: number): Buffer {
  const { transaction, verdict, offset } = decided;
  const { content } = transaction;
  const position = { sourcePartition: partition, sourceOffset: offset };
  return verdict.outcome === 'held'
    ? encodePayload(events.transactionHeld, {
        transaction: content,
        verdict: { ...verdict, outcome: 'held' },
        evidence: evidenceOf(decided),
        ...position,
      })
    : encodePayload(events.transactionCleared, {
        transaction: content,
        verdict: { ...verdict, outcome: 'cleared' },
        ...position,
      });
}

const evidenceOf = ({ evidence, features }: WithVerdict): Evidence =>
  evidence ?? { features, usualAmount: null, recentAmounts: [] };

/** It went through, and people are told of it all the same: a held one they are told of anyway. */
const isFlagged = ({ verdict, alert }: WithVerdict): boolean => alert && verdict.outcome === 'cleared';

/** Stands besides the cleared event, for people alone: what the bank goes by is the cleared one. */
function flaggedEvent(decided: WithVerdict, partition: number): UnsealedEvent {
  const { transaction, verdict, offset } = decided;
  const { type, dataSchema } = events.transactionFlagged;
  return {
    id: flaggedEventId(transaction.identity),
    key: transaction.account,
    tenant: transaction.content.tenant,
    time: transaction.content.eventTime,
    type,
    dataSchema,
    plaintext: encodePayload(events.transactionFlagged, {
      transaction: transaction.content,
      verdict: { ...verdict, outcome: 'cleared' },
      evidence: evidenceOf(decided),
      sourcePartition: partition,
      sourceOffset: offset,
    }),
  };
}

const verdictDecision = (
  decided: WithVerdict,
  featureNames: readonly string[],
  plaintext: Uint8Array,
): Decision => {
  const { offset, transaction, record, verdict, features, teamScore } = decided;
  const { ruleset, alternative, shadowRules } = decided;
  return {
    offset,
    outcome: verdict.outcome,
    score: verdict.score,
    reasons: verdict.reasons.map((reason) => reason.rule),
    features: featureNames.map((name) => features[name] ?? null),
    digest: hash('sha256', plaintext),
    ...(teamScore === undefined ? {} : { teamScore }),
    subject: subjectOf(transaction, record),
    ...(ruleset === undefined ? {} : { ruleset }),
    ...(isFlagged(decided) ? { alert: true } : {}),
    ...(alternative === undefined ? {} : { alternative }),
    ...(shadowRules.length === 0 ? {} : { shadowRules: [...shadowRules] }),
  };
};

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
  const { logId, partition, from, to, versions, model, lists, candidate, sequence } = run;
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
      ...(lists === undefined ? {} : { lists: [...lists] }),
      ...(candidate === undefined ? {} : { candidate }),
      featureNames: [...run.featureNames],
      decisions,
    }),
  };
}
