import {
  decodePayload,
  decodeRejected,
  events,
  formatInstant,
  isPseudonymOf,
  rejectionsOf,
  securityRejectionCodes,
} from '@weir/contracts';
import type { HeldTransaction, Rejection } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { RecordPlace } from './alert-ids.ts';

/** The streams alerting reads. */
export type InputStream = 'held' | 'rejected';

/** A held transaction with what its authenticated headers say of it. */
export type HeldFinding = {
  readonly kind: 'held';
  readonly place: RecordPlace;
  /** The account's pseudonym: the record's key. */
  readonly account: string;
  /** The pseudonym of (tenant, account, transaction id): the event's id. */
  readonly identity: string;
  readonly held: HeldTransaction;
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
  | HeldFinding
  | RefusedFinding
  /** A record of the held stream that can't be read: a dead letter is written about it. */
  | { readonly kind: 'unreadable'; readonly rejection: Rejection }
  /** A dead letter that is no sign of tampering: for ops, not for the security team. */
  | { readonly kind: 'forOps' };

/** Reads one opened record. Pure and total: what can't be read becomes a finding with a closed code. */
export function readRecord(stream: InputStream, record: KafkaRecord, opened: OpenedEvent): Finding {
  return stream === 'held' ? readHeld(record, opened) : readRejected(record, opened);
}

function readHeld(record: KafkaRecord, opened: OpenedEvent): Finding {
  if (!opened.ok) return { kind: 'unreadable', rejection: opened.rejection };
  const { attributes, key } = opened;
  if (attributes.type !== events.transactionHeld.type) return unreadable('ce_type');
  if (attributes.dataSchema !== events.transactionHeld.dataSchema) return unreadable('ce_dataschema');
  const payload = decodePayload(events.transactionHeld, opened.plaintext);
  if (!payload.ok)
    return unreadable(payload.error === undefined ? '' : (rejectionsOf(payload.error)[0].path ?? ''));
  const held = payload.value;
  // The headers are bound to the payload, but whoever may seal could still contradict himself.
  if (held.transaction.tenant !== attributes.tenant) return unreadable('ce_tenant');
  if (held.transaction.eventTime !== attributes.time) return unreadable('ce_time');
  if (held.sourcePartition !== record.partition) return unreadable('sourcePartition');
  if (!isPseudonymOf('account', key)) return unreadable('key');
  if (!isPseudonymOf('transaction', attributes.id)) return unreadable('ce_id');
  return { kind: 'held', place: placeOf(record), account: key, identity: attributes.id, held };
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
