import {
  decodePayload,
  decodeRejected,
  events,
  flaggedIdentity,
  formatInstant,
  isPseudonymOf,
  rejectionsOf,
  securityRejectionCodes,
} from '@weir/contracts';
import type { Rejection } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { RecordPlace } from '@weir/alerts';
import type { JudgedTransaction } from './judged-transaction.ts';

/** The streams alerting reads. */
export type InputStream = 'held' | 'rejected';

/** A transaction that was held or flagged, with what its authenticated headers say of it. */
export type TransactionFinding = {
  readonly kind: 'transaction';
  readonly place: RecordPlace;
  /** The account's pseudonym: the record's key. */
  readonly account: string;
  /** The pseudonym of (tenant, account, transaction id), which the event's id is made of. */
  readonly identity: string;
  readonly judged: JudgedTransaction;
};

/** A record that Weir did not write, or that contradicts an earlier one. */
export type RefusedFinding = {
  readonly kind: 'refused';
  readonly rejection: Rejection;
  readonly origin: RecordPlace;
  /** When it was written, as its dead letter says. */
  readonly time: string;
  /** Where its copy stands. Where it is the dead letter itself that can't be read, that is its origin. */
  readonly kept: RecordPlace;
};

/** What one record turned out to be. */
export type Finding =
  | TransactionFinding
  | RefusedFinding
  /** A record of the held stream that can't be read: a dead letter is written about it. */
  | { readonly kind: 'unreadable'; readonly rejection: Rejection }
  /** A dead letter that is no sign of tampering: for ops, not for the security team. */
  | { readonly kind: 'forOps' };

/** Reads one opened record. Pure and total: what can't be read becomes a finding with a closed code. */
export function readRecord(stream: InputStream, record: KafkaRecord, opened: OpenedEvent): Finding {
  return stream === 'held' ? readJudged(record, opened) : readRejected(record, opened);
}

/** The two kinds of events there are on the held stream, and how their ids name the transaction. */
const judgedEvents = [
  { event: events.transactionHeld, identityOf: (id: string): string | undefined => id },
  { event: events.transactionFlagged, identityOf: flaggedIdentity },
] as const;

function readJudged(record: KafkaRecord, opened: OpenedEvent): Finding {
  if (!opened.ok) return { kind: 'unreadable', rejection: opened.rejection };
  const { attributes, key } = opened;
  const kind = judgedEvents.find(({ event }) => event.type === attributes.type);
  if (kind === undefined) return unreadable('ce_type');
  if (attributes.dataSchema !== kind.event.dataSchema) return unreadable('ce_dataschema');
  const payload = decodePayload<typeof kind.event.schema>(kind.event, opened.plaintext);
  if (!payload.ok)
    return unreadable(payload.error === undefined ? '' : (rejectionsOf(payload.error)[0].path ?? ''));
  const judged = payload.value;
  // The headers are bound to the payload, but whoever may seal could still contradict himself.
  if (judged.transaction.tenant !== attributes.tenant) return unreadable('ce_tenant');
  if (judged.transaction.eventTime !== attributes.time) return unreadable('ce_time');
  if (judged.sourcePartition !== record.partition) return unreadable('sourcePartition');
  if (!isPseudonymOf('account', key)) return unreadable('key');
  const identity = kind.identityOf(attributes.id);
  if (identity === undefined || !isPseudonymOf('transaction', identity)) return unreadable('ce_id');
  return { kind: 'transaction', place: placeOf(record), account: key, identity, judged };
}

const unreadable = (path: string): Finding => ({
  kind: 'unreadable',
  rejection: { code: 'contract_violation', path },
});

/**
 * A dead letter that can't be read is told about once and written nowhere: a
 * dead letter about a dead letter would come back here and never end.
 */
function readRejected(record: KafkaRecord, opened: OpenedEvent): Finding {
  const itself = (rejection: Rejection): Finding => ({
    kind: 'refused',
    rejection,
    origin: placeOf(record),
    time: formatInstant(record.timestampMs),
    kept: placeOf(record),
  });
  if (!opened.ok) return itself(opened.rejection);
  const { attributes, plaintext } = opened;
  // What ingest says of letters that it offers again is for ops, as long as it is that.
  if (attributes.type === events.redrive.type && decodePayload(events.redrive, plaintext).ok)
    return { kind: 'forOps' };
  if (attributes.type !== events.recordRejected.type)
    return itself({ code: 'contract_violation', path: 'ce_type' });
  if (attributes.dataSchema !== events.recordRejected.dataSchema)
    return itself({ code: 'contract_violation', path: 'ce_dataschema' });
  const letter = decodeRejected(plaintext);
  if (letter === undefined) return itself({ code: 'contract_violation', path: '' });
  const rejection = letter.rejections.find(({ code }) => securityRejectionCodes.has(code));
  if (rejection === undefined || letter.origin.kind !== 'topic') return { kind: 'forOps' };
  const { topic, partition, offset } = letter.origin;
  return {
    kind: 'refused',
    rejection,
    origin: { topic, partition, offset },
    time: attributes.time,
    kept: placeOf(record),
  };
}

const placeOf = ({ topic, partition, offset }: KafkaRecord): RecordPlace => ({ topic, partition, offset });
